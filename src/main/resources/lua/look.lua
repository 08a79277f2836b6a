-- Looks at one key as get-or-lease does, and neither leases it nor draws a stamp: for people.
--
-- KEYS 1 stamp of the bucket, 2 value
-- ARGV 1 run_id of the server, empty where the client does not know it
-- Reply: the bytes, nil where nothing lies there that counts; the error NORUNID where the run cannot be known
--
-- Invariant: what this shows, get-or-lease would answer as a value; it writes nothing.
local run = ARGV[1]
if run == '' then
    -- as RunId.java: half of the run_id, half of the id it has as master
    local server, replication = redis.pcall('INFO', 'server'), redis.pcall('INFO', 'replication')
    local own = type(server) == 'string' and string.match(server, 'run_id:(%x+)')
    local master = type(replication) == 'string' and string.match(replication, 'master_replid:(%x+)')
    if not own or not master then
        return redis.error_reply('NORUNID the Redis user needs the right +info, to tell a restarted server')
    end
    run = own:sub(1, 20) .. master:sub(1, 20)
end
run = (run .. string.rep('-', 40)):sub(1, 40)
local stamp, value = redis.pcall('GET', KEYS[1]), redis.pcall('GET', KEYS[2])
if type(stamp) ~= 'string' or #stamp ~= 57 or stamp:sub(1, 40) ~= run then
    return false
end
if type(value) ~= 'string' or value:sub(1, 60) ~= 'BC\3' .. stamp then
    return false
end
return value:sub(61)
