-- Notes an invalidation that is still to be delivered. $1 cache, $2 key, null for all keys
INSERT INTO cache_invalidations (cache, key) VALUES ($1::text, $2::text)
