-- The oldest invalidations that wait, locked for this sweep. $1 grace in seconds, $2 how many, $3 only beyond this id
-- Rows that another pod sweeps are left to it; younger ones to the request that wrote them.
SELECT id, cache, key FROM cache_invalidations
WHERE id > $3::bigint AND written_at < clock_timestamp() - $1::float8 * interval '1 second'
ORDER BY id
LIMIT $2::int
FOR UPDATE SKIP LOCKED
