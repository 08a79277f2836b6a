-- Gives up bulk replays whose pod died: what they did not reach is open. $1 how long they must have been silent, in
-- seconds
UPDATE dead_letter_replays SET state = 'LOST', ended_at = clock_timestamp()
WHERE state = 'RUNNING' AND alive_at < now() - make_interval(secs => $1::float8)
RETURNING id, total, sent
