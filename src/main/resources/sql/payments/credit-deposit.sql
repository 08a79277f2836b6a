-- Notes a deposit and credits the account, both or neither. $1 deposit id, $2 user id, $3 amount, $4 balance after
-- The account must have been locked by an earlier statement of the same transaction. No row: the id is taken.
WITH noted AS (
    INSERT INTO deposits (deposit_id, user_id, amount, balance_after)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (deposit_id) DO NOTHING
    RETURNING deposit_id, user_id, amount, balance_after, credited_at
), credited AS (
    UPDATE accounts a SET balance = n.balance_after FROM noted n WHERE a.user_id = n.user_id
    RETURNING a.user_id
)
SELECT n.deposit_id, n.user_id, n.amount, n.balance_after, n.credited_at FROM noted n JOIN credited c USING (user_id)
