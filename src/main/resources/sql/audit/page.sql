-- Deeds, newest first. $1 action or null, $2 the id before which to begin or null, $3 how many
SELECT id, at, who, action, target, detail, outcome FROM audit
WHERE ($1::text IS NULL OR action = $1) AND ($2::bigint IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3::int
