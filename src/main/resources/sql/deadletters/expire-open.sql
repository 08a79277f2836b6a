-- Gives up letters that are too old to be replayed, and erases what personal data may be in them.
-- $1 how long ago the first letter of the chain died, in seconds; $2 how many at most
-- One row per letter, in the audit: nobody else would say where it went.
WITH expired AS (
    UPDATE dead_letters
    SET status = 'DISCARDED', status_at = clock_timestamp(), key = NULL, value = NULL, headers = '', detail = '', cause = ''
    WHERE id IN (
        SELECT id FROM dead_letters
        WHERE status = 'OPEN' AND born_at < now() - make_interval(secs => $1::float8)
        LIMIT $2::int
        FOR UPDATE SKIP LOCKED)
    RETURNING id
)
INSERT INTO audit (who, action, target, detail, outcome)
SELECT 'ballast', 'dead-letter.discard', id, 'too old to be replayed; what was in it is erased', 'expired' FROM expired
