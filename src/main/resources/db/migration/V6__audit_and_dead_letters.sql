-- What operators did, and the dead letters they look after.

-- Only ever added to; what an act led to is a row of its own.
CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- the token's `sub`
    who     text        NOT NULL,
    action  text        NOT NULL,
    target  text        NOT NULL,
    detail  text        NOT NULL,
    outcome text        NOT NULL
);

CREATE INDEX audit_by_action ON audit (action, id DESC);
CREATE INDEX audit_by_target ON audit (target, id DESC);
CREATE INDEX audit_by_time ON audit (at);

-- The records of the dead-letter topics, each once, by where the record came from.
CREATE TABLE dead_letters (
    -- `topic-partition-offset` of the record that died; of the letter itself where that is not known
    id               text        PRIMARY KEY,
    -- the order of indexing, in which they are listed
    seq              bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    topic            text        NOT NULL,
    -- `topic-partition-offset` of the letter in the dead-letter topic
    place            text        NOT NULL,
    key              bytea,
    value            bytea,
    -- the record's own headers: each name and value after its length
    headers          bytea       NOT NULL,
    -- one of a few words
    reason           text        NOT NULL,
    detail           text        NOT NULL,
    cause            text        NOT NULL,
    exception        text        NOT NULL,
    attempts         int         NOT NULL,
    first_failure_at timestamptz,
    dead_at          timestamptz NOT NULL,
    -- when the first letter of a chain of replays died
    born_at          timestamptz NOT NULL,
    -- replays before this letter, and the letter the last of them was of
    replays          int         NOT NULL,
    replay_of        text,
    trace_id         text,
    status           text        NOT NULL DEFAULT 'OPEN'
                     CHECK (status IN ('OPEN', 'REPLAYING', 'REPLAYED', 'DISCARDED')),
    status_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX dead_letters_open ON dead_letters (topic, dead_at) WHERE status = 'OPEN';
CREATE INDEX dead_letters_to_do ON dead_letters (topic, seq) WHERE status = 'OPEN';
CREATE INDEX dead_letters_closed ON dead_letters (status_at) WHERE status <> 'OPEN';

-- Bulk replays and how far they are.
CREATE TABLE dead_letter_replays (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    who        text        NOT NULL,
    topic      text        NOT NULL,
    error      text,
    dead_from  timestamptz,
    dead_to    timestamptz,
    rate       int         NOT NULL,
    -- letters it is to replay, as counted at its start
    total      int         NOT NULL,
    sent       int         NOT NULL DEFAULT 0,
    failed     int         NOT NULL DEFAULT 0,
    -- LOST: its pod died
    state      text        NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'DONE', 'STOPPED', 'LOST')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    alive_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz
);

-- Two at a time would replay a topic faster than either was told to.
CREATE UNIQUE INDEX dead_letter_replays_running ON dead_letter_replays (topic) WHERE state = 'RUNNING';

-- Finds orders old enough to go. Rows lie about in the order of their settlement, so that a summary of each block
-- does, which settling an order costs nothing.
CREATE INDEX orders_settled ON orders USING brin (settled_at);
