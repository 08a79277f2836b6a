-- Notes that a pod is there, and forgets those that told nothing for long, or told it before the clock was set back.
--
-- KEYS 1 sorted set of the pods, by the time of their last heartbeat in milliseconds of Redis' clock
-- ARGV 1 the pod
--      2 how long it counts from now on, in milliseconds
-- Reply: how many pods there are
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + ARGV[2], '+inf')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
