-- Deletes orders that were settled long ago. $1 how long, in seconds; $2 how many at most
-- Only final ones that are out of the outbox: what is not settled is still owed an outcome.
DELETE FROM orders WHERE order_id IN (
    SELECT order_id FROM orders
    WHERE settled_at < now() - make_interval(secs => $1::float8)
      AND status IN ('COMPLETED', 'DECLINED') AND published_at IS NOT NULL
    LIMIT $2::int
    FOR UPDATE SKIP LOCKED)
