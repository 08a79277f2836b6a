-- Deletes marks that nobody will come back to. $1 how old, in seconds
DELETE FROM executions WHERE marked_at < now() - make_interval(secs => $1::float8)
