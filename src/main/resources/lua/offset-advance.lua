-- Moves the offset of a partition forward: monotonic but for ARGV 4, and always fenced by the generation of the consumer group.
--
-- KEYS 1 hash, as in offset-claim
-- ARGV 1 topic id
--      2 generation of the group in which the caller holds the partition
--      3 the lowest offset that is not finished
--      4 `1` where the caller knows that what is stored may be beyond it: the log lost its tail or was made anew, or
--        an operator has set the group back while Redis was away
-- Reply: 1 where the stored offset is now at least this one, 0 where a newer generation or another topic has it
--
-- Invariant: as in offset-claim. After a loss of the key it is made anew: what the caller knows is true by itself.
local stored = redis.call('HMGET', KEYS[1], 'topic', 'generation', 'offset')
local lowers = ARGV[4] == '1'
if stored[1] and (tonumber(stored[2]) > tonumber(ARGV[2]) or (stored[1] ~= ARGV[1] and not lowers)) then
    return 0
end
if lowers or not stored[3] or tonumber(stored[3]) < tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[1], 'topic', ARGV[1], 'generation', ARGV[2], 'offset', ARGV[3])
end
return 1
