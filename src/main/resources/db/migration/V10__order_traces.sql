-- The trace in which an order was accepted (W3C Trace Context), so that its record goes on with it, whoever publishes it.
ALTER TABLE orders ADD COLUMN traceparent text, ADD COLUMN tracestate text;
