"""What the twin keeps, in one SQLite database: objects as JSON text, the clock, and the scheduled tasks."""
