-- Indexes a letter, unless the record it is of is indexed already.
-- $1 id, $2 topic, $3 place, $4 key, $5 value, $6 headers, $7 reason, $8 detail, $9 cause, $10 exception, $11 attempts,
-- $12 first failure or null, $13 when it died or null for now, $14 replays, $15 the letter it was replayed from or null,
-- $16 trace id or null, $17 bytes left out or null
-- A letter of the same record with other content is of another one: the topic was made anew.
-- A letter of a replayed record is as old as the one before; a time to come is taken for now.
-- One row where it is new: sent, the letter before if that one was open although it had been sent, as this one proves;
-- it is REPLAYED now.
WITH letter AS (
    INSERT INTO dead_letters (id, topic, place, key, value, headers, reason, detail, cause, exception, attempts,
                              first_failure_at, dead_at, born_at, replays, replay_of, trace_id, left_out)
    SELECT CASE WHEN EXISTS (SELECT FROM dead_letters other
                             WHERE other.id = $1::text AND other.place <> $3::text
                               AND (other.key, other.value) IS DISTINCT FROM ($4::bytea, $5::bytea)
                                -- it was told so before, and the older one has expired
                                OR other.id = $1::text || '~' || $3::text)
                THEN $1::text || '~' || $3::text ELSE $1::text END,
           $2::text, $3::text, $4::bytea, $5::bytea, $6::bytea, $7::text, $8::text, $9::text, $10::text,
           $11::int, $12::timestamptz, died.at,
           LEAST(died.at, (SELECT born_at FROM dead_letters WHERE id = $15::text)),
           $14::int, $15::text, $16::text, $17::bigint
    FROM (SELECT LEAST($13::timestamptz, now()) AS at) AS died
    ON CONFLICT (id) DO NOTHING
    RETURNING topic, replay_of
), sent AS (
    UPDATE dead_letters before SET status = 'REPLAYED', status_at = clock_timestamp()
    FROM letter
    WHERE before.id = letter.replay_of AND before.topic = letter.topic AND before.status = 'OPEN' AND before.sends > 0
    RETURNING before.id
)
SELECT (SELECT id FROM sent) AS sent FROM letter
