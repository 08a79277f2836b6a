-- Letters, newest first, without their bytes.
-- $1 topic, $2 status, $3 reason, $4 the earliest time of death, $5 the seq before which to begin: each may be null;
-- $6 how many
SELECT seq, id, topic, place, status, reason, detail, attempts, dead_at, replays, replay_of, trace_id, left_out
FROM dead_letters
WHERE ($1::text IS NULL OR topic = $1) AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR reason = $3)
  AND ($4::timestamptz IS NULL OR dead_at >= $4) AND ($5::bigint IS NULL OR seq < $5)
ORDER BY seq DESC
LIMIT $6::int
