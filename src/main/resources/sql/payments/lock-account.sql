-- Locks an account for the rest of the transaction: what is decided on it stays true. $1 user id
SELECT user_id, currency, balance, status AS account_status FROM accounts WHERE user_id = $1 FOR NO KEY UPDATE
