-- An account and its latest orders, as of one moment. $1 user id, $2 how many orders
-- One row per order, newest first; a single one with a null order_id if there is none; none for no account.
SELECT a.user_id AS account_user_id, a.currency AS account_currency, a.balance AS account_balance, o.*
FROM accounts a
LEFT JOIN LATERAL (
    SELECT order_id, user_id, amount, currency, status, reason, balance_after, accepted_at, settled_at
    FROM orders WHERE user_id = a.user_id
    ORDER BY accepted_at DESC, acceptance DESC
    LIMIT $2::int
) o ON true
WHERE a.user_id = $1::bigint
ORDER BY o.accepted_at DESC
