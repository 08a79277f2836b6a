-- Replaces a list of hot keys, but not by a shorter one that is not full: a pod that has seen little traffic knows less.
--
-- KEYS 1 the list, a string with one key a line
-- ARGV 1 the new list
--      2 how many keys are in it
--      3 how many a full one has
--      4 how long it is kept, in milliseconds
-- Reply: 1 where it was replaced, else 0
--
-- Invariant: the list that is kept was the longest at hand when it was written, or full.
local count = tonumber(ARGV[2])
local there = redis.pcall('GET', KEYS[1])
local lines = 0
if type(there) == 'string' and there ~= '' then
    lines = select(2, there:gsub('\n', '')) + 1
end
if count < lines and count < tonumber(ARGV[3]) then
    return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
return 1
