-- Deletes what a transaction noted about a key, which every cache has been told of since. $1 transaction, $2 cache, $3 key
-- Only of that transaction: a later change of the key has rows of its own and may not have been delivered yet.
DELETE FROM cache_invalidations WHERE transaction = $1::bigint AND cache = $2::text AND key = $3::text
