-- Begins the replay of a letter that an earlier statement of the transaction has locked. $1 id
-- Counts it before the record is sent: what may have reached the brokers counts, whatever becomes of this process.
UPDATE dead_letters SET status = 'REPLAYING', status_at = clock_timestamp(), sends = sends + 1
WHERE id = $1
RETURNING status_at
