-- Settles orders and debits their accounts, each both or neither, and only those that are not final yet.
-- Side by side: $1 order ids, $2 user ids, $3 amounts, $4 currencies, $5 fingerprints, $6 statuses, $7 reasons,
-- $8 balances after; no order and no user twice.
-- The accounts must have been locked by an earlier statement of the same transaction: $8 was computed from them, and
-- the debit then meets no newer version of the row.
-- A row for each order that was settled now, and whether its account was debited; none for one that was final or has
-- another fingerprint. Sorted, so that two transactions wait for each other instead of forming a deadlock.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::text[], $7::text[],
                         $8::bigint[])
        AS w (order_id, user_id, amount, currency, fingerprint, status, reason, balance_after)
    ORDER BY order_id
), settled AS (
    INSERT INTO orders AS o (order_id, user_id, amount, currency, fingerprint,
                             status, reason, balance_after, settled_at, published_at)
    SELECT order_id, user_id, amount, currency, fingerprint, status, reason, balance_after, now(), now() FROM wanted
    ON CONFLICT (order_id) DO UPDATE
        SET status = EXCLUDED.status, reason = EXCLUDED.reason, balance_after = EXCLUDED.balance_after,
            settled_at = EXCLUDED.settled_at,
            -- it came out of the topic, so the outbox has nothing left to do
            published_at = COALESCE(o.published_at, EXCLUDED.published_at)
        WHERE o.status IN ('PENDING', 'DEAD_LETTERED') AND o.fingerprint = EXCLUDED.fingerprint
    RETURNING o.order_id, o.user_id, o.amount, o.currency, o.status, o.reason, o.balance_after, o.accepted_at,
              o.settled_at
), debited AS (
    UPDATE accounts a SET balance = s.balance_after
    FROM settled s WHERE a.user_id = s.user_id AND s.status = 'COMPLETED'
    RETURNING a.user_id
)
SELECT s.*, d.user_id IS NOT NULL AS debited FROM settled s LEFT JOIN debited d ON d.user_id = s.user_id
