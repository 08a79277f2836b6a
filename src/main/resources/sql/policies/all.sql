-- All policies changed live. No parameters
SELECT name, version, definition::text AS definition FROM rate_limit_policies
