"""The Python side of a Mist worker: a warm parent process that forks one child per call."""

import mistpy  # refuses a Python that is too old, in words
