-- Records that are gone: orders whose record never came back, and letters that could not hold theirs.

-- When an order was published once more, as nothing had come of its record
ALTER TABLE orders ADD COLUMN republished_at timestamptz;

CREATE INDEX orders_pending ON orders (accepted_at) WHERE status = 'PENDING';

-- Bytes of the record, where they were too many for its letter; null where the letter has them
ALTER TABLE dead_letters ADD COLUMN left_out bigint;
