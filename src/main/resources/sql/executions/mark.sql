-- Marks records as being executed. $1 topics, $2 partitions, $3 offsets, side by side; $4 consumer, $5 owner
-- A row for each record that was not marked by this owner already: its deaths, and whether another owner had left it
-- marked, which makes it suspect. A death while it ran alone is its own doing; one in a crowd says little.
-- Sorted, so that two pods that mark the same records wait for each other instead of forming a deadlock.
INSERT INTO executions AS e (consumer, topic, partition, "offset", owner)
SELECT $4::text, t.topic, t.partition, t."offset", $5::text
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS t (topic, partition, "offset")
ORDER BY t.topic, t.partition, t."offset"
ON CONFLICT (consumer, topic, partition, "offset") DO UPDATE
    SET owner = EXCLUDED.owner, deaths = e.deaths + e.alone::int, alone = false, marked_at = now()
    WHERE e.owner <> EXCLUDED.owner
-- a row that was inserted has no xmax
RETURNING topic, partition, "offset", deaths, xmax <> 0 AS suspect
