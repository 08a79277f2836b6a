-- Ends a replay whose record the brokers have. $1 id, $2 when it began
-- One that took too long was given up; if the letter is open since, it is known now that it was sent.
UPDATE dead_letters SET status = 'REPLAYED', status_at = clock_timestamp()
WHERE id = $1 AND (status = 'OPEN' OR (status = 'REPLAYING' AND status_at = $2::timestamptz))
