-- One pod sweeps at a time, until its transaction ends, however it ends: two of them could put a user's
-- orders into the topic in the wrong order. Rows are not locked, so settling never waits for Kafka.
-- $1 the lock's number
-- One row: mine; depth and oldest of the outbox, for the metrics of every pod. Counted up to a bound, as every batch
-- asks: after a long outage of Kafka a full count would take longer than the batch.
SELECT pg_try_advisory_xact_lock($1::bigint) AS mine,
       count(*) AS depth,
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - min(accepted_at)), 0)::float8 AS oldest_seconds
FROM (SELECT accepted_at FROM orders WHERE published_at IS NULL ORDER BY acceptance LIMIT 10000) AS waiting
