-- Rate-limit policies that operators have changed live; the others are the configuration's. Who did it is in `audit`.
CREATE TABLE rate_limit_policies (
    name       text        PRIMARY KEY,
    -- counts the changes, by which pods tell old from new
    version    bigint      NOT NULL CHECK (version > 0),
    -- all of the policy, as in `PUT /ops/rate-limits/{policy}`
    definition jsonb       NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
