-- Ends a bulk replay. $1 id, $2 state
UPDATE dead_letter_replays SET state = $2, ended_at = clock_timestamp() WHERE id = $1 AND state = 'RUNNING'
