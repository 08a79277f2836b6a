-- The next letter of a bulk replay, oldest first, so that records of a key keep their order.
-- $1 to $6 as of count-matching; $7 the seq of the last one, $8 the seq of the newest at its start: letters that it
-- causes itself are none of its business
SELECT seq, id FROM dead_letters
WHERE status = 'OPEN' AND topic = $1::text AND ($2::text IS NULL OR reason = $2)
  AND ($3::timestamptz IS NULL OR dead_at >= $3) AND ($4::timestamptz IS NULL OR dead_at < $4)
  AND id <> place AND left_out IS NULL AND replays + sends < $5::int AND born_at >= now() - make_interval(secs => $6::float8)
  AND seq > $7::bigint AND seq <= $8::bigint
ORDER BY seq
LIMIT 1
