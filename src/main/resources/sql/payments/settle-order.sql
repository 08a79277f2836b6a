-- Settles an order and debits its account, both or neither, and only if the order is not final yet.
-- $1 order id, $2 user id, $3 amount, $4 currency, $5 fingerprint, $6 status, $7 reason, $8 balance after
-- The account must have been locked by an earlier statement of the same transaction: $8 was computed from
-- it, and the debit then meets no newer version of the row.
-- One row if the order was settled now; none if it was final or has another fingerprint.
WITH settled AS (
    INSERT INTO orders AS o (order_id, user_id, amount, currency, fingerprint,
                             status, reason, balance_after, settled_at, published_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), now())
    ON CONFLICT (order_id) DO UPDATE
        SET status = EXCLUDED.status, reason = EXCLUDED.reason, balance_after = EXCLUDED.balance_after,
            settled_at = EXCLUDED.settled_at,
            -- it came out of the topic, so the outbox has nothing left to do
            published_at = COALESCE(o.published_at, EXCLUDED.published_at)
        WHERE o.status IN ('PENDING', 'DEAD_LETTERED') AND o.fingerprint = EXCLUDED.fingerprint
    RETURNING o.user_id, o.status, o.balance_after
), debited AS (
    UPDATE accounts a SET balance = s.balance_after
    FROM settled s WHERE a.user_id = s.user_id AND s.status = 'COMPLETED'
    RETURNING a.user_id
)
SELECT s.status, (SELECT count(*) FROM debited) AS debits FROM settled s
