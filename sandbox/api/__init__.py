"""The HTTP API as Stripe speaks it: form encoding, parameters, expand, lists, idempotency keys and errors."""
