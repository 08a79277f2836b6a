-- Looks whether an order is settled, and notes that somebody is about to settle it where it is not.
--
-- KEYS 1 payment:<order>, hash: state (IN_PROGRESS, DONE), owner, fingerprint, outcome
-- ARGV 1 fingerprint of the order's content
--      2 owner, who asks
--      3 how long the note lasts, in milliseconds
-- Reply: { 'DONE', fingerprint, outcome } | { 'IN_PROGRESS' } somebody else is at it | { 'FREE' } now the caller is
--
-- Invariant: DONE is only ever written for an order that is final in PostgreSQL; a note keeps nobody from settling.
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then
    redis.call('DEL', KEYS[1])
end
local known = redis.call('HMGET', KEYS[1], 'state', 'fingerprint', 'outcome', 'owner')
if known[1] == 'DONE' and known[2] and known[3] then
    return { 'DONE', known[2], known[3] }
end
if known[1] == 'IN_PROGRESS' and known[4] ~= ARGV[2] then
    return { 'IN_PROGRESS' }
end
redis.call('HSET', KEYS[1], 'state', 'IN_PROGRESS', 'owner', ARGV[2], 'fingerprint', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { 'FREE' }
