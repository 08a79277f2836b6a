-- Moves the offset of a partition forward: monotonic, and fenced by the generation of the consumer group.
--
-- KEYS 1 hash, as in offset-claim
-- ARGV 1 topic id
--      2 generation of the group in which the caller holds the partition
--      3 the lowest offset that is not finished
-- Reply: 1 where the stored offset is now at least this one, 0 where a newer generation or another topic has it
--
-- Invariant: as in offset-claim. After a loss of the key it is made anew: what the caller knows is true by itself.
local stored = redis.call('HMGET', KEYS[1], 'topic', 'generation', 'offset')
if stored[1] and (stored[1] ~= ARGV[1] or tonumber(stored[2]) > tonumber(ARGV[2])) then
    return 0
end
if not stored[3] or tonumber(stored[3]) < tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[1], 'topic', ARGV[1], 'generation', ARGV[2], 'offset', ARGV[3])
end
return 1
