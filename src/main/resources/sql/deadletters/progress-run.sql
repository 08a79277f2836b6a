-- Notes how far a bulk replay is, which also shows that its pod lives. $1 id, $2 sent, $3 failed
UPDATE dead_letter_replays SET sent = $2, failed = $3, alive_at = clock_timestamp()
WHERE id = $1 AND state = 'RUNNING'
