-- Ends a replay. $1 id, $2 when it began, $3 status
-- Only that replay: one that took too long was given up, and another may have begun since.
UPDATE dead_letters SET status = $3, status_at = clock_timestamp()
WHERE id = $1 AND status = 'REPLAYING' AND status_at = $2::timestamptz
