-- Takes orders out of the outbox. $1 order ids
UPDATE orders SET published_at = now() WHERE order_id = ANY ($1::text[]) AND published_at IS NULL
