-- Held until the transaction ends, also where the policy has no row yet. What it was is for the next statement to read:
-- this one sees what was before it waited. $1 name
SELECT pg_advisory_xact_lock(hashtextextended('rate-limit-policy ' || $1, 0))
