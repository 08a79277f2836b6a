-- One letter. $1 id, $2 how long after the first death it may be replayed, in seconds
SELECT seq, id, topic, place, status, reason, detail, attempts, dead_at, replays, replay_of, trace_id, left_out,
       key, value, headers, cause, exception, first_failure_at, born_at, status_at, sends,
       born_at < now() - make_interval(secs => $2::float8) AS too_old
FROM dead_letters
WHERE id = $1
