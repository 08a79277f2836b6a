-- Follows run-id.lua: begins the invalidation log where there is none of this run.
--
-- KEYS 1 head, 2 stream
-- ARGV 2 an epoch to begin with

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
