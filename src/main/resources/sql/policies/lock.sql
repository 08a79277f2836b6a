-- A policy changed live before, held until the transaction ends. $1 name
SELECT name, version, definition::text AS definition FROM rate_limit_policies WHERE name = $1 FOR UPDATE
