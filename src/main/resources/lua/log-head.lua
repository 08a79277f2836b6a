-- Tells how far the invalidation log goes, and begins it where there is none, or only that of another run, or foreign
-- bytes.
--
-- KEYS 1 head, 2 stream, as in log-append
-- ARGV 1 run_id of the server, empty where the client does not know it
--      2 an epoch to begin with, should a new beginning be due
-- Reply: { identity, n }: the identity changes with every restart of the server and every new beginning of the log;
--        n is the number of the newest entry, 0 where there is none; the error NORUNID where the run cannot be
--        known, READONLY or NOREPLICAS where the server takes no writes: whoever reads the log then never trusts what
--        it holds in memory
--
-- Invariant: with an unchanged identity, an append that was answered before this was sent is at most n. A master that
-- was replaced and lives on hears of no append, so this must fail there: it always writes.
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
-- There is no such field, so nothing changes and nothing goes to replicas or to the disk.
redis.call('HDEL', KEYS[1], '-')
local head = redis.call('HMGET', KEYS[1], 'epoch', 'n')
return { run .. '/' .. head[1], tonumber(head[2] or 0) }
