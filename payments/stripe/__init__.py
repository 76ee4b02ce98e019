"""Our port to Stripe: the gateway, checkout parameters, lists, signatures."""
