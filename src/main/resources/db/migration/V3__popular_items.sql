-- Items that are popular with everybody. A list is replaced row by row by whatever computes it, by hand too: the
-- triggers tell the caches.

CREATE TABLE popular_items (
    list    text             NOT NULL DEFAULT 'all',
    item_id text             NOT NULL,
    title   text             NOT NULL,
    score   double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
    PRIMARY KEY (list, item_id)
);

CREATE INDEX popular_items_by_score ON popular_items (list, score DESC, item_id);

CREATE TRIGGER popular_items_cache_insert AFTER INSERT ON popular_items REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('popular-items', 'list');
CREATE TRIGGER popular_items_cache_update AFTER UPDATE ON popular_items REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('popular-items', 'list');
CREATE TRIGGER popular_items_cache_delete AFTER DELETE ON popular_items REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('popular-items', 'list');
CREATE TRIGGER popular_items_cache_truncate AFTER TRUNCATE ON popular_items
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('popular-items', 'list');
