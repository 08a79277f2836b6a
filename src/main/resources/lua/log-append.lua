-- Appends to the invalidation log.
--
-- Follows run-id.lua and log-begin.lua in the script.
--
-- KEYS 1 head, a hash: run (run_id of the server it was begun on), epoch (drawn anew at each beginning), n (the
--        number of the newest entry)
--      2 stream, one entry per number, its id is `n-0`
-- ARGV 1 run_id of the server, empty where the client does not know it
--      2 an epoch to begin with, should a new beginning be due
--      3 how many entries to keep, about
--      4… field and value pairs of the entry
-- Reply: n; the error NORUNID where the run cannot be known
--
-- Invariant: within a run and an epoch the numbers have no gap, and n is that of the last entry. After a restart,
-- whatever the snapshot held, after a loss of the head and over foreign bytes the log begins anew in another epoch.
local n = redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], n .. '-0', unpack(ARGV, 4))
return n
