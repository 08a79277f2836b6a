-- Locks accounts for the rest of the transaction: what is decided on them stays true. $1 user ids
-- In the order of their ids, so that two transactions wait for each other instead of forming a deadlock.
SELECT user_id, currency, balance, status AS account_status FROM accounts
WHERE user_id = ANY ($1::bigint[])
ORDER BY user_id
FOR NO KEY UPDATE
