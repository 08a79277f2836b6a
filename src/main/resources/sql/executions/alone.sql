-- Notes whether a record runs while nothing else does. $1 consumer, $2 topic, $3 partition, $4 offset, $5 owner, $6 alone
UPDATE executions SET alone = $6::boolean
WHERE consumer = $1 AND topic = $2 AND partition = $3 AND "offset" = $4 AND owner = $5
