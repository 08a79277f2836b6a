-- Sets the status of a letter that an earlier statement of the transaction has locked. $1 id, $2 status
UPDATE dead_letters SET status = $2, status_at = clock_timestamp() WHERE id = $1 RETURNING status_at
