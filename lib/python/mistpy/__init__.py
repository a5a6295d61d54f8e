"""Mist's function library for Python. Function authors import `mistpy.decorators`.

decorators  what a function's source uses
testing     calls a function in a test as Mist would
tags        the names of the Spark contexts that a function may ask for
types       type hints: what they are called in a schema, and whether a value fits
arguments   what the decorators declare: contexts and arguments
function    a decorated function as Mist sees it: schema and call
results     a function's result in JSON's terms
contexts    makes the Spark contexts
artifact    finds a function in a .py, .egg, .whl or .zip file
failures, python2   the text of what an artifact's code raises
describe    prints a function's schema: python -m mistpy.describe <artifact> <name>

Of Mist 1.1, for sources that import them: executable_entry, context_wrapper, metadata_extractor,
python_execute_script.
"""

import sys

__version__ = "2.0.0"

# An old Python would stumble over our syntax; this much it understands.
if sys.version_info < (3, 9):
    raise ImportError(
        "Mist needs Python 3.9 or newer, and %s is Python %d.%d: correct spark.pyspark.python of the context"
        % ((sys.executable,) + tuple(sys.version_info[:2]))
    )
