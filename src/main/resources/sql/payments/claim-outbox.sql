-- One pod sweeps at a time, until its transaction ends, however it ends: two of them could put a user's
-- orders into the topic in the wrong order. Rows are not locked, so settling never waits for Kafka.
-- $1 the lock's number
-- One row: mine; depth and oldest of the outbox, for the metrics of every pod.
SELECT pg_try_advisory_xact_lock($1::bigint) AS mine,
       count(*) AS depth,
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - min(accepted_at)), 0)::float8 AS oldest_seconds
FROM orders WHERE published_at IS NULL
