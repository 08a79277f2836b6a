-- Stores values of one bucket under the leases that get-or-lease granted, and gives the leases back.
--
-- KEYS 1 stamp of the bucket, then per key: value, lease
-- ARGV 1 run_id of the server; not needed, since the stamp tells
--      2… per key: token of the lease, TTL in milliseconds (0: only give the lease back), bytes
-- Reply: per key 1 where the lease still was the caller's, else 0
--
-- Invariant: nothing is stored but under a lease of the present stamp with the caller's token; an invalidation
-- deletes the lease, so whatever was read before it is refused.
local stamp = redis.pcall('GET', KEYS[1])
local reply = {}
local longest = 0
for i = 2, #KEYS, 2 do
    local at = 2 + (i - 2) / 2 * 3
    if type(stamp) == 'string' and redis.pcall('GET', KEYS[i + 1]) == stamp .. ARGV[at] then
        local ttl = tonumber(ARGV[at + 1])
        redis.call('DEL', KEYS[i + 1])
        if ttl > 0 then
            redis.call('SET', KEYS[i], 'BC\3' .. stamp .. ARGV[at + 2], 'PX', ttl)
            longest = math.max(longest, ttl)
        end
        reply[#reply + 1] = 1
    else
        reply[#reply + 1] = 0
    end
end
if longest > 0 then
    local lives = math.max(86400000, 2 * longest)
    if redis.call('PTTL', KEYS[1]) < lives then
        redis.call('PEXPIRE', KEYS[1], lives)
    end
end
return reply
