-- Notes a bulk replay. $1 who, $2 topic, $3 reason, $4 from, $5 to, $6 rate, $7 total
-- No row where one of the topic is running.
INSERT INTO dead_letter_replays (who, topic, error, dead_from, dead_to, rate, total)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (topic) WHERE state = 'RUNNING' DO NOTHING
RETURNING id
