-- How many invalidations wait, counted up to a bound.
SELECT count(*) AS depth FROM (SELECT FROM cache_invalidations LIMIT 10000) AS waiting
