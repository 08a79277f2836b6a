-- 10,000 users with ids 1 to 10000 and an account each, and 50 popular items, for the local stack. Does nothing
-- where there are users.
--
-- Chance is md5 over a fixed seed, the id and the purpose: the same people on every machine and version of
-- PostgreSQL, which random() after setseed() does not promise. User 1, whom the ready-made token of the local run
-- names, has a pro plan and euros enough to try things with.

CREATE FUNCTION pg_temp.pick(purpose text, id bigint, choices int) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN ('x' || left(md5('ballast-2026:' || purpose || ':' || id), 7))::bit(28)::int % choices + 1;

WITH
names AS (
    SELECT '{Ada,Alan,Amara,Anouk,Barbara,Chidi,Claude,Dana,Edsger,Elif,Emil,Fatima,Frances,Grace,Hana,Hedy,Ines,Ivan,
        Jana,Joan,Jonas,Kaito,Katherine,Kofi,Lena,Leslie,Liv,Luca,Mai,Margaret,Mateo,Mina,Nadia,Niklaus,Noor,Olga,
        Omar,Priya,Radia,Rosa,Samir,Sofia,Tara,Tomas,Uma,Vera,Wei,Yara,Yusuf,Zoe}'::text[] AS first,
    '{Abadi,Adeyemi,Almeida,Andersen,Bauer,Becker,Castillo,Chen,Costa,Das,Diaz,Dubois,Eriksen,Fischer,Fontaine,Garcia,
        Gruber,Haddad,Hansen,Hoffmann,Ito,Ivanova,Jansen,Kaya,Keller,Kim,Klein,Kowalska,Larsen,Lefevre,Lopez,Mansour,
        Marino,Meyer,Moreau,Nakamura,Nguyen,Novak,Okafor,Olsen,Park,Patel,Petrov,Popescu,Rossi,Roux,Saito,Santos,
        Schmidt,Sharma,Silva,Singh,Sorensen,Tanaka,Torres,Vargas,Weber,Wolf,Yilmaz,Zhang}'::text[] AS last
),
people AS (
    SELECT id,
           first[pg_temp.pick('first', id, cardinality(first))] AS first,
           last[pg_temp.pick('last', id, cardinality(last))] AS last,
           CASE WHEN id = 1 THEN 1 ELSE pg_temp.pick('plan', id, 20) END AS plan,
           CASE WHEN id = 1 THEN 1 ELSE pg_temp.pick('currency', id, 10) END AS currency
    FROM names, generate_series(1::bigint, 10000) AS id
    WHERE NOT EXISTS (SELECT FROM users)
),
opened AS (
    INSERT INTO accounts (user_id, currency, balance)
    SELECT id,
           CASE WHEN currency <= 6 THEN 'EUR' WHEN currency <= 9 THEN 'USD' ELSE 'GBP' END,
           CASE WHEN id = 1 THEN 1000000 ELSE pg_temp.pick('balance', id, 500000) END
    FROM people
)
INSERT INTO users (id, name, email, plan, updated_at)
SELECT id,
       first || ' ' || last,
       lower(first || '.' || last) || '.' || id || '@example.' || (ARRAY['com', 'org'])[pg_temp.pick('domain', id, 2)],
       CASE WHEN plan <= 6 THEN 'pro' WHEN plan = 7 THEN 'enterprise' ELSE 'free' END,
       timestamptz '2026-01-01 00:00:00Z'
FROM people;

SELECT setval(pg_get_serial_sequence('users', 'id'), greatest((SELECT max(id) FROM users), 1));

INSERT INTO popular_items (item_id, title, score)
SELECT 'item-' || id,
       first[pg_temp.pick('quality', id, cardinality(first))] || ' ' || last[pg_temp.pick('thing', id, cardinality(last))],
       round((1 - (id - 1) * 0.018)::numeric, 3)
FROM (SELECT
    '{Quiet,Folding,Woven,Solar,Pocket,Enamel,Cordless,Striped,Oak,Magnetic}'::text[] AS first,
    '{Lamp,Kettle,Notebook,Backpack,Headphones,Chair,Keyboard,Umbrella,Bottle,Clock}'::text[] AS last
) AS names, generate_series(1::bigint, 50) AS id
WHERE NOT EXISTS (SELECT FROM popular_items);

-- Nobody can have read these rows before, so no cache needs to be told.
DELETE FROM cache_invalidations WHERE transaction = pg_current_xact_id()::text::bigint;
