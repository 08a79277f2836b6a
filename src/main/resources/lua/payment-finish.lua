-- Keeps the outcome of an order that is final in PostgreSQL.
--
-- KEYS 1 payment:<order>, as in payment-begin
-- ARGV 1 fingerprint, 2 outcome, 3 how long to keep it, in milliseconds
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'DONE', 'fingerprint', ARGV[1], 'outcome', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
