-- One bulk replay. $1 id
SELECT id, who, topic, error, dead_from, dead_to, rate, total, sent, failed, state, started_at, ended_at
FROM dead_letter_replays WHERE id = $1
