-- Writes a policy, and gives the version it now has: the last writer wins, and no two versions are alike.
-- $1 name, $2 definition as JSON
INSERT INTO rate_limit_policies (name, version, definition) VALUES ($1, 1, $2::text::jsonb)
ON CONFLICT (name) DO UPDATE
SET version = rate_limit_policies.version + 1, definition = EXCLUDED.definition, changed_at = clock_timestamp()
RETURNING version
