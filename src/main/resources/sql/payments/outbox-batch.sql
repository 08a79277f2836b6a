-- The orders that have waited longest. $1 how old they must be, in seconds; $2 how many at most; $3 users to leave out
SELECT order_id, user_id, amount, currency, status, reason, balance_after, accepted_at, settled_at,
       traceparent, tracestate
FROM orders
WHERE published_at IS NULL AND accepted_at <= clock_timestamp() - make_interval(secs => $1::float8)
  AND user_id <> ALL ($3::bigint[])
ORDER BY acceptance
LIMIT $2::int
