-- Tells how far the invalidation log goes, and begins it where there is none, or only that of another run, or foreign
-- bytes.
--
-- Follows run-id.lua and log-begin.lua in the script.
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
--
-- There is no such field, so nothing changes and nothing goes to replicas or to the disk.
redis.call('HDEL', KEYS[1], '-')
local head = redis.call('HMGET', KEYS[1], 'epoch', 'n')
return { run .. '/' .. head[1], tonumber(head[2] or 0) }
