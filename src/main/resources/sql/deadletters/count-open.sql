-- Open letters by topic, and the age of the oldest.
SELECT topic, count(*) AS letters, EXTRACT(EPOCH FROM now() - min(dead_at))::float8 AS oldest_seconds
FROM dead_letters WHERE status = 'OPEN'
GROUP BY topic
