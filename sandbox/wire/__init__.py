"""How the twin is spoken to: forms, parameters, expand, lists, idempotency, errors, as Stripe does them."""
