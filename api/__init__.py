"""Programs that read: tokens that an owner makes, and gifts, totals and donors as JSON."""
