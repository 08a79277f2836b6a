-- Deletes letters that were replayed or discarded long ago. $1 how long, in seconds; $2 how many at most
DELETE FROM dead_letters WHERE id IN (
    SELECT id FROM dead_letters
    WHERE status IN ('REPLAYED', 'DISCARDED') AND status <> 'OPEN'
      AND status_at < now() - make_interval(secs => $1::float8)
    LIMIT $2::int
    FOR UPDATE SKIP LOCKED)
