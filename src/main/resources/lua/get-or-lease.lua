-- Reads keys of one bucket, and leases those that hold nothing to the caller, who will load and fill them.
--
-- Follows run-id.lua in the script.
--
-- KEYS 1 stamp of the bucket, then per key: value, lease
-- ARGV 1 run_id of the server, empty where the client does not know it
--      2 the caller's token, never used before
--      3 how long a lease lasts, in milliseconds
--      4 `1` to lease also what holds a value (a refresh)
-- Reply: per key { bytes } | { 0, 0 } somebody else has the lease | { 1, 0 } leased | { 2, 0 } leased, and what lay
--        there was not written by fill; the error NORUNID where the run cannot be known, as then nothing tells what
--        a snapshot brought back from what was stored since
--
-- A value is 'BC', the format 3, 57 bytes of stamp, then what the caller stored. The stamp is the server's run_id and
-- a token; values and leases count only while they carry the bucket's present stamp. It is drawn anew where it is
-- missing (cleared, evicted, never there), of another run (restarted, restored, failed over) or no stamp at all.
--
-- Invariant: what this answers as a value was stored under the present stamp. The stamp outlives every value, because
-- fill renews it.
run = (run .. string.rep('-', 40)):sub(1, 40)
local stamp = redis.pcall('GET', KEYS[1])
if type(stamp) ~= 'string' or #stamp ~= 57 or stamp:sub(1, 40) ~= run then
    stamp = run .. (ARGV[2] .. string.rep('-', 17)):sub(1, 17)
    redis.call('SET', KEYS[1], stamp, 'PX', 86400000)
end
local reply = {}
for i = 2, #KEYS, 2 do
    local value = redis.pcall('GET', KEYS[i])
    local ours = type(value) == 'string' and value:sub(1, 3) == 'BC\3'
    if ours and value:sub(4, 60) == stamp and ARGV[4] ~= '1' then
        reply[#reply + 1] = { value:sub(61) }
    else
        local lease = redis.pcall('GET', KEYS[i + 1])
        if type(lease) == 'string' and lease:sub(1, 57) == stamp then
            reply[#reply + 1] = { 0, 0 }
        else
            redis.call('SET', KEYS[i + 1], stamp .. ARGV[2], 'PX', ARGV[3])
            reply[#reply + 1] = { (value and not ours) and 2 or 1, 0 }
        end
    end
end
return reply
