-- Locks an account for the rest of the transaction, when whoever has it locked is done: what is decided on it stays
-- true. $1 user id
SELECT user_id, currency, balance, status AS account_status FROM accounts
WHERE user_id = $1::bigint
FOR NO KEY UPDATE
