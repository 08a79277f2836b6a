-- Settles letters whose replay nobody ended. $1 how long ago it must have begun, in seconds
-- A record that died again has been sent, as its new letter proves; of the others nobody knows, so they are open again.
-- Some at a time; those another pod settles are left to it.
UPDATE dead_letters l
SET status = CASE WHEN EXISTS (SELECT FROM dead_letters again WHERE again.replay_of = l.id AND again.topic = l.topic)
             THEN 'REPLAYED' ELSE 'OPEN' END,
    status_at = clock_timestamp()
WHERE id IN (
    SELECT id FROM dead_letters
    WHERE status = 'REPLAYING' AND status_at < now() - make_interval(secs => $1::float8)
    LIMIT 100
    FOR UPDATE SKIP LOCKED)
RETURNING id, status
