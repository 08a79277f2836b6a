-- $1 deposit id
SELECT deposit_id, user_id, amount, balance_after, credited_at FROM deposits WHERE deposit_id = $1
