"""What a developer runs: the suite, the benches, and the pictures of README. None of it is needed to run Farthing."""
