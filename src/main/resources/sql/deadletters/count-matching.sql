-- What a bulk replay would find.
-- $1 topic; $2 reason, $3 from, $4 to: each may be null; $5 replays allowed; $6 how long after the first death a letter
-- may be replayed, in seconds
-- One row: the open letters, those that may be replayed, and the seq of the newest.
SELECT count(*) AS matching,
       count(*) FILTER (WHERE id <> place AND left_out IS NULL AND replays + sends < $5::int
                        AND born_at >= now() - make_interval(secs => $6::float8)) AS replayable,
       COALESCE(max(seq), 0) AS newest
FROM dead_letters
WHERE status = 'OPEN' AND topic = $1::text AND ($2::text IS NULL OR reason = $2)
  AND ($3::timestamptz IS NULL OR dead_at >= $3) AND ($4::timestamptz IS NULL OR dead_at < $4)
