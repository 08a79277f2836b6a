-- What was done to one thing, newest first. $1 target, $2 how many
SELECT id, at, who, action, target, detail, outcome FROM audit
WHERE target = $1
ORDER BY id DESC
LIMIT $2::int
