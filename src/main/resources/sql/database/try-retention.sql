-- One pod at a time deletes rows of a kind, until its transaction ends, however it ends. $1 the kind
-- The first number sets these locks apart from any other of the database.
SELECT pg_try_advisory_xact_lock(738384, hashtext($1)) AS mine
