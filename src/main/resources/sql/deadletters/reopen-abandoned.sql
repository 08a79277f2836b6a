-- Opens letters whose replay nobody ended. $1 how long ago it must have begun, in seconds
-- Some at a time; those another pod is opening are left to it.
UPDATE dead_letters SET status = 'OPEN', status_at = clock_timestamp()
WHERE id IN (
    SELECT id FROM dead_letters
    WHERE status = 'REPLAYING' AND status_at < now() - make_interval(secs => $1::float8)
    LIMIT 100
    FOR UPDATE SKIP LOCKED)
RETURNING id
