-- Takes a partition over at its assignment: from now on older generations of the group move nothing.
--
-- KEYS 1 hash: topic (id of the topic), generation (of the consumer group), offset (lowest that is not finished)
-- ARGV 1 topic id
--      2 generation of the group in which the caller was assigned the partition
--      3 `1` to take it over whatever generation is stored: the caller has made sure that it is the present owner
--      4 an offset to begin at, whatever is stored (an operator's rewind), or empty
-- Reply: the stored offset, -1 where there is none of this topic, -2 where a newer generation has it
--
-- Invariant: the offset is never beyond the first record that is not finished, as it was only ever set to a place below
-- which all was finished, or to one that an operator chose.
local stored = redis.call('HMGET', KEYS[1], 'topic', 'generation', 'offset')
if ARGV[3] ~= '1' and stored[2] and tonumber(stored[2]) > tonumber(ARGV[2]) then
    return -2
end
if stored[1] ~= ARGV[1] then
    redis.call('DEL', KEYS[1])
    stored[3] = false
end
redis.call('HSET', KEYS[1], 'topic', ARGV[1], 'generation', ARGV[2])
if ARGV[4] ~= '' then
    redis.call('HSET', KEYS[1], 'offset', ARGV[4])
    return tonumber(ARGV[4])
end
return tonumber(stored[3] or -1)
