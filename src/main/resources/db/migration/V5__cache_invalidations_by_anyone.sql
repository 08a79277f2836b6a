-- The trigger of V2, for whoever changes a table in whichever way: a role that may write the table and knows nothing
-- of the outbox, a session without a search path (pg_restore's is one), a row without a key.
--
-- It runs as its owner. So its search path is fixed to the schema of the outbox, ahead of temporary tables, where a
-- caller could put one of the same name; nobody else may make triggers of it. Transition tables are found before any
-- path is looked at.

CREATE OR REPLACE FUNCTION note_cache_invalidations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    changed text := CASE TG_OP
        WHEN 'INSERT' THEN format('SELECT %I AS key FROM come', TG_ARGV[1])
        WHEN 'DELETE' THEN format('SELECT %I AS key FROM gone', TG_ARGV[1])
        WHEN 'UPDATE' THEN format('SELECT %1$I AS key FROM gone UNION SELECT %1$I FROM come', TG_ARGV[1])
        END;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO cache_invalidations (cache, key) VALUES (TG_ARGV[0], NULL);
    ELSE
        -- A row without a key is in no cache, while a note without one would stand for all keys.
        EXECUTE 'INSERT INTO cache_invalidations (cache, key) SELECT DISTINCT $1, key::text FROM (' || changed
            || ') AS k WHERE key IS NOT NULL'
            USING TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION note_cache_invalidations() SET search_path = %I, pg_temp', current_schema());
END $$;

REVOKE EXECUTE ON FUNCTION note_cache_invalidations() FROM PUBLIC;
