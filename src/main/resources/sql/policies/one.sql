-- A policy changed live before. $1 name
SELECT name, version, definition::text AS definition FROM rate_limit_policies WHERE name = $1
