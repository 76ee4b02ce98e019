"""What the twin remembers: objects as JSON text in SQLite, its clock, and what is due."""
