-- Notes that an order's record lies in the dead-letter topic; an order that came by the topic alone begins with it.
-- $1 order id, $2 user id, $3 amount, $4 currency, $5 fingerprint, $6 reason
-- An order that is final stays so, and so does one with another content. What came out of the topic needs no outbox.
INSERT INTO orders AS o (order_id, user_id, amount, currency, fingerprint, status, reason, published_at)
VALUES ($1::text, $2::bigint, $3::bigint, $4::text, $5::bytea, 'DEAD_LETTERED', $6::text, now())
ON CONFLICT (order_id) DO UPDATE
    SET status = EXCLUDED.status, reason = EXCLUDED.reason,
        published_at = COALESCE(o.published_at, EXCLUDED.published_at)
    WHERE o.status IN ('PENDING', 'DEAD_LETTERED') AND o.fingerprint = EXCLUDED.fingerprint
