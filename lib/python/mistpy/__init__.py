"""Mist's function library for Python. Function authors import `mistpy.decorators`.

decorators  what a function's source uses
tags        the names of the Spark contexts that a function may ask for
types       type hints: what they are called in a schema, and whether a value fits
function    a decorated function as Mist sees it: schema and call
artifact    finds a function in a .py, .egg, .whl or .zip file
describe    prints a function's schema: python -m mistpy.describe <artifact> <name>
"""

__version__ = "2.0.0"
