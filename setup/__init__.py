"""Setting up: the guided questions, at a terminal and at the desk, and the month of life in a new sandbox."""
