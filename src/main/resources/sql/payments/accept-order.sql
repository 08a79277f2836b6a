-- Accepts an order: PENDING and in the outbox, unless its id is taken or the user unknown.
-- $1 order id, $2 user id, $3 amount, $4 currency, $5 fingerprint; of the trace it belongs to: $6 traceparent,
-- $7 tracestate
-- One row: known_user; accepted_at, null if nothing was inserted; behind, whether an older order of the user
-- is still unpublished (the snapshot is older than the insert, so the new row does not count itself).
WITH account AS (
    SELECT 1 FROM accounts WHERE user_id = $2::bigint
), accepted AS (
    INSERT INTO orders (order_id, user_id, amount, currency, fingerprint, traceparent, tracestate)
    SELECT $1::text, $2::bigint, $3::bigint, $4::text, $5::bytea, $6::text, $7::text FROM account
    ON CONFLICT (order_id) DO NOTHING
    RETURNING accepted_at
)
SELECT EXISTS (SELECT 1 FROM account) AS known_user,
       (SELECT accepted_at FROM accepted) AS accepted_at,
       EXISTS (SELECT 1 FROM orders WHERE user_id = $2::bigint AND published_at IS NULL) AS behind
