-- Deletes deeds of long ago. $1 how long, in seconds; $2 how many at most
DELETE FROM audit WHERE id IN (
    SELECT id FROM audit WHERE at < now() - make_interval(secs => $1::float8)
    LIMIT $2::int
    FOR UPDATE SKIP LOCKED)
