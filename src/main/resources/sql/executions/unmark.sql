-- Deletes the marks of records that are done. $1 topics, $2 partitions, $3 offsets, side by side; $4 consumer, $5 owner
-- Only its own: another pod may execute the record by now.
DELETE FROM executions e
USING unnest($1::text[], $2::int[], $3::bigint[]) AS t (topic, partition, "offset")
WHERE e.consumer = $4::text AND e.topic = t.topic AND e.partition = t.partition AND e."offset" = t."offset"
  AND e.owner = $5::text
