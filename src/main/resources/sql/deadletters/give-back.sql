-- Opens a letter whose replay failed. $1 id, $2 when it began, $3 how many sends do not count after all
-- Only that replay: one that took too long was given up, and another may have begun since.
UPDATE dead_letters SET status = 'OPEN', status_at = clock_timestamp(), sends = sends - $3::int
WHERE id = $1 AND status = 'REPLAYING' AND status_at = $2::timestamptz
