"""What every page shares: templates, security headers, sessions, limits, health and errors."""
