-- Looks at one key as get-or-lease does, and neither leases it nor draws a stamp: for people.
--
-- Follows run-id.lua in the script.
--
-- KEYS 1 stamp of the bucket, 2 value
-- ARGV 1 run_id of the server, empty where the client does not know it
-- Reply: the bytes, nil where nothing lies there that counts; the error NORUNID where the run cannot be known
--
-- Invariant: what this shows, get-or-lease would answer as a value; it writes nothing.
run = (run .. string.rep('-', 40)):sub(1, 40)
local stamp, value = redis.pcall('GET', KEYS[1]), redis.pcall('GET', KEYS[2])
if type(stamp) ~= 'string' or #stamp ~= 57 or stamp:sub(1, 40) ~= run then
    return false
end
if type(value) ~= 'string' or value:sub(1, 60) ~= 'BC\3' .. stamp then
    return false
end
return value:sub(61)
