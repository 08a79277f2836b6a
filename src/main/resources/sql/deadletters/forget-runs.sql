-- Deletes bulk replays that ended long ago. $1 how long, in seconds; $2 how many at most
DELETE FROM dead_letter_replays WHERE id IN (
    SELECT id FROM dead_letter_replays WHERE ended_at < now() - make_interval(secs => $1::float8)
    LIMIT $2::int
    FOR UPDATE SKIP LOCKED)
