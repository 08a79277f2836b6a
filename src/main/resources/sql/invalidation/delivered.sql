-- Deletes invalidations that every cache has been told of. $1 their ids
DELETE FROM cache_invalidations WHERE id = ANY ($1::bigint[])
