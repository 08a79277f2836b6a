-- What caches have still to forget: a row per changed key, written in the transaction of the change by a trigger, so
-- that no writer can leave it out, a statement typed by hand included. Deleted once every cache has forgotten.

CREATE TABLE cache_invalidations (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cache       text        NOT NULL,
    -- null stands for all keys
    key         text,
    -- lets the writer of a change find its own rows
    transaction bigint      NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    written_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX cache_invalidations_by_transaction ON cache_invalidations (transaction);

-- For statement-level triggers of any table: argument 1 is the cache, 2 the column its keys are made of.
-- Transition tables are named `gone` and `come`.
CREATE FUNCTION note_cache_invalidations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN format('SELECT %I AS key FROM come', TG_ARGV[1])
        WHEN 'DELETE' THEN format('SELECT %I AS key FROM gone', TG_ARGV[1])
        WHEN 'UPDATE' THEN format('SELECT %1$I AS key FROM gone UNION SELECT %1$I FROM come', TG_ARGV[1])
        ELSE 'SELECT NULL::text AS key' END;
BEGIN
    EXECUTE 'INSERT INTO cache_invalidations (cache, key) SELECT DISTINCT $1, key::text FROM (' || changed || ') AS k'
        USING TG_ARGV[0];
    RETURN NULL;
END $$;

CREATE TRIGGER users_cache_insert AFTER INSERT ON users REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('users', 'id');
CREATE TRIGGER users_cache_update AFTER UPDATE ON users REFERENCING OLD TABLE AS gone NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('users', 'id');
CREATE TRIGGER users_cache_delete AFTER DELETE ON users REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('users', 'id');
CREATE TRIGGER users_cache_truncate AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION note_cache_invalidations('users', 'id');
