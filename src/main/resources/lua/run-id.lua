-- Begins scripts that must tell one run of the server as master from another: `run` is what RunId.java makes of it, half
-- of the run_id and half of the id it has as master.
--
-- ARGV 1 the run, empty where the client does not know it
-- Ends the script with the error NORUNID where it cannot be known.
local run = ARGV[1]
if run == '' then
    local server, replication = redis.pcall('INFO', 'server'), redis.pcall('INFO', 'replication')
    local own = type(server) == 'string' and string.match(server, 'run_id:(%x+)')
    local master = type(replication) == 'string' and string.match(replication, 'master_replid:(%x+)')
    if not own or not master then
        return redis.error_reply('NORUNID the Redis user needs the right +info, to tell a restarted server')
    end
    run = own:sub(1, 20) .. master:sub(1, 20)
end
