-- The first items of popular lists. $1 lists, $2 how many items of each
-- One row per item, list by list, most popular first; equal scores in the order of their ids, so that two reads agree.
SELECT wanted.list, top.item_id, top.title, top.score
FROM unnest($1::text[]) AS wanted (list)
CROSS JOIN LATERAL (
    SELECT item_id, title, score FROM popular_items
    WHERE list = wanted.list
    ORDER BY score DESC, item_id
    LIMIT $2::int
) top
ORDER BY wanted.list, top.score DESC, top.item_id
