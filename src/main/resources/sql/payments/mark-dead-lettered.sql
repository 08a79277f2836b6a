-- Notes that an order's record lies in the dead-letter topic. $1 order id, $2 fingerprint, $3 reason
-- An order that is final stays so, and so does one with another content.
UPDATE orders SET status = 'DEAD_LETTERED', reason = $3
WHERE order_id = $1 AND fingerprint = $2 AND status = 'PENDING'
