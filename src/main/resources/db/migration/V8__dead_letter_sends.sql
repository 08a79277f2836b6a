-- How often a letter's record was sent, or may have been: counted before it is sent, so that no death of a pod hides one.
ALTER TABLE dead_letters ADD COLUMN sends int NOT NULL DEFAULT 0;

UPDATE dead_letters SET sends = 1 WHERE status IN ('REPLAYING', 'REPLAYED');

-- Finds the letter that came of a replay whose pod died.
CREATE INDEX dead_letters_by_replay ON dead_letters (replay_of) WHERE replay_of IS NOT NULL;
