-- Deletes marks that nobody will come back to. $1 how old, in seconds; $2 how many at most
DELETE FROM executions WHERE (consumer, topic, partition, "offset") IN (
    SELECT consumer, topic, partition, "offset" FROM executions
    WHERE marked_at < now() - make_interval(secs => $1::float8)
    LIMIT $2::int
    FOR UPDATE SKIP LOCKED)
