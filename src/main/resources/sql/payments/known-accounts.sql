-- Which of these accounts there are, locked or not. $1 user ids
SELECT user_id FROM accounts WHERE user_id = ANY ($1::bigint[])
