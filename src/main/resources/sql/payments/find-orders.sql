-- $1 order ids
SELECT order_id, user_id, amount, currency, status, reason, balance_after, accepted_at, settled_at
FROM orders WHERE order_id = ANY ($1::text[])
