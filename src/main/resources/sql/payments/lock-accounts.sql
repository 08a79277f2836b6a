-- Locks accounts for the rest of the transaction: what is decided on them stays true. $1 user ids
-- One that somebody else has locked is left out: who waited for it would make all others of the transaction wait.
-- An order cannot be left out likewise, as it may be about to be inserted by somebody else: what waits for one later in
-- the transaction gives up soon. A condition of no row is looked at first, and once, whether or not there are accounts.
SELECT user_id, currency, balance, status AS account_status FROM accounts
WHERE user_id = ANY ($1::bigint[]) AND (SELECT set_config('lock_timeout', '100ms', true)) IS NOT NULL
FOR NO KEY UPDATE SKIP LOCKED
