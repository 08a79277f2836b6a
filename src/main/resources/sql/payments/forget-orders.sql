-- Deletes orders that were settled, or died, long ago. $1 how long, in seconds; $2 how many at most
-- A pending one, or one in the outbox, is still owed an outcome. The letter of one that died is discarded long before,
-- and as nothing was debited for it, a repetition of its record would not be one.
DELETE FROM orders WHERE order_id IN (
    SELECT order_id FROM orders
    WHERE (status IN ('COMPLETED', 'DECLINED') AND settled_at < now() - make_interval(secs => $1::float8)
           OR status = 'DEAD_LETTERED' AND published_at < now() - make_interval(secs => $1::float8))
      AND published_at IS NOT NULL
    LIMIT $2::int
    FOR UPDATE SKIP LOCKED)
