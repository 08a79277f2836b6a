-- Puts orders back into the outbox that were published and never settled: their records are gone, or wait behind a long
-- backlog, which absorbs the repetition. Each once: what did not help will not help again.
-- $1 how long ago they were published, in seconds; $2 how many at most
UPDATE orders SET published_at = NULL, republished_at = clock_timestamp()
WHERE order_id IN (
    SELECT order_id FROM orders
    WHERE status = 'PENDING' AND republished_at IS NULL
      AND accepted_at < now() - make_interval(secs => $1::float8)
      AND published_at < now() - make_interval(secs => $1::float8)
    ORDER BY accepted_at
    LIMIT $2::int
    FOR UPDATE SKIP LOCKED)
