-- Appends to the invalidation log.
--
-- KEYS 1 head, a hash: run (run_id of the server it was begun on), epoch (drawn anew at each beginning), n (the
--        number of the newest entry)
--      2 stream, one entry per number, its id is `n-0`
-- ARGV 1 run_id of the server, empty where the client does not know it
--      2 an epoch to begin with, should a new beginning be due
--      3 how many entries to keep, about
--      4… field and value pairs of the entry
-- Reply: n; the error NORUNID where the run cannot be known
--
-- Invariant: within a run and an epoch the numbers have no gap, and n is that of the last entry. After a restart,
-- whatever the snapshot held, after a loss of the head and over foreign bytes the log begins anew in another epoch.
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
-- Whether what lies there is a log of this run, and not what somebody else wrote.
local function sound()
    local head, stream = redis.call('TYPE', KEYS[1]).ok, redis.call('TYPE', KEYS[2]).ok
    if head ~= 'hash' or stream ~= 'stream' and stream ~= 'none' then
        return false
    end
    local kept = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'n')
    return kept[1] == run and kept[2] and string.match(kept[3] or '0', '^%d+$')
end
if not sound() then
    redis.call('DEL', KEYS[1], KEYS[2])
    redis.call('HSET', KEYS[1], 'run', run, 'epoch', ARGV[2])
end
local n = redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], n .. '-0', unpack(ARGV, 4))
return n
