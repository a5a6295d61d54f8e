"""The Python side of a Mist worker: a warm parent process that forks one child per call."""
