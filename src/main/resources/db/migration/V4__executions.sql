-- Records that are being executed right now, so that one that kills its process is found out. Deleted when the record
-- is done; what a dead owner leaves behind is suspect.
--
-- Unlogged: a mark has to outlive the service's process, not the database's. It costs no write to the disk, and losing
-- all of them in a crash of the database costs a suspect one more turn.
CREATE UNLOGGED TABLE executions (
    consumer   text   NOT NULL,
    topic      text   NOT NULL,
    partition  int    NOT NULL,
    "offset"   bigint NOT NULL,
    -- the process that executes it
    owner      text   NOT NULL,
    -- whether nothing else runs in that process meanwhile, so that its death convicts the record and no bystander
    alone      boolean NOT NULL DEFAULT false,
    -- processes that died while it ran alone
    deaths     int    NOT NULL DEFAULT 0,
    marked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, topic, partition, "offset")
);
