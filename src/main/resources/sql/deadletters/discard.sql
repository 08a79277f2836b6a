-- Gives up a letter that an earlier statement of the transaction has locked. $1 id
UPDATE dead_letters SET status = 'DISCARDED', status_at = clock_timestamp() WHERE id = $1
