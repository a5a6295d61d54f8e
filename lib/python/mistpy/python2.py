"""Recognizes Python 2 code by the way it fails, for an error text that says what to do."""

from __future__ import annotations

import os
import re
import zipfile
from typing import Optional

_NAMES = {
    "basestring": "str",
    "execfile": "exec(open(...).read())",
    "long": "int",
    "raw_input": "input",
    "reduce": "functools.reduce",
    "reload": "importlib.reload",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
_MODULES = {
    "ConfigParser": "configparser",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "StringIO": "io",
    "__builtin__": "builtins",
    "cPickle": "pickle",
    "cookielib": "http.cookiejar",
    "httplib": "http.client",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
}
_METHODS = {
    "has_key": "in",
    "iteritems": "items",
    "iterkeys": "keys",
    "itervalues": "values",
}
# What a syntax error shows: Python's own message where it has one, otherwise the line at fault.
_SYNTAX = (
    (r"Missing parentheses in call to 'print'|^\s+print [^=(]", "print is a function"),
    (r"Missing parentheses in call to 'exec'|^\s+exec ['\"\w]", "exec is a function"),
    (r"^\s+except [\w., ()]+,\s*\w+\s*:", "`except X, e` is `except X as e`"),
    (r"^\s+raise [\w.]+\s*,", '`raise X, "text"` is `raise X("text")`'),
    (r"^\s+.*<>", "`<>` is `!=`"),
    (r"^\s+.*`.*`", "`` `x` `` is `repr(x)`"),
    (r"leading zeros in decimal integer literals", "octal `0777` is `0o777`"),
    (r"invalid decimal literal[\s\S]*|^\s+.*\b\d+L\b", "`1L` is `1`"),
    (r"^\s+.*\bur['\"]", '`ur"..."` is `r"..."`'),
    (r"^TabError", "a block must not mix tabs and spaces"),
)


def hint(failure: str, artifact: str) -> Optional[str]:
    """What to do about a failure (the text of a traceback), if it is that of Python 2 code."""
    difference = _syntax(failure) or _name(failure) or _module(failure, artifact)
    if difference is None:
        return None
    return (
        f"This is Python 2 code, and Mist runs Python 3: {difference} now. Correct the source, or convert it with a tool"
        " such as futurize, and upload the artifact again as a new version."
    )


def _syntax(failure: str) -> Optional[str]:
    if not re.search(r"^(SyntaxError|TabError|IndentationError)\b", failure, re.MULTILINE):
        return None
    found = (text for pattern, text in _SYNTAX if re.search(pattern, failure, re.MULTILINE))
    return next(found, None)


def _name(failure: str) -> Optional[str]:
    name = re.search(r"NameError: name '(\w+)' is not defined", failure)
    if name and name[1] in _NAMES:
        return f"`{name[1]}` is `{_NAMES[name[1]]}`"
    method = re.search(r"AttributeError: 'dict' object has no attribute '(\w+)'", failure)
    if method and method[1] in _METHODS:
        return f"`{method[1]}` of a dict is `{_METHODS[method[1]]}`"
    return None


def _module(failure: str, artifact: str) -> Optional[str]:
    missing = re.search(r"ModuleNotFoundError: No module named '(\w+)'", failure)
    if missing is None:
        return None
    name = missing[1]
    if name in _MODULES:
        return f"the module `{name}` is `{_MODULES[name]}`"
    if _lies_inside(name, artifact):
        return f"`from {name} import x` of a module beside it is `from .{name} import x`"
    return None


def _lies_inside(module: str, artifact: str) -> bool:
    """Whether a package of the archive has the module: Python 2 found it without its package's name."""
    if not zipfile.is_zipfile(artifact):
        return False
    with zipfile.ZipFile(artifact) as archive:
        names = archive.namelist()
    ends = tuple(os.path.join(os.sep, module + end) for end in (".py", ".pyc", "/__init__.py"))
    return any(name.endswith(ends) for name in names)
