"""The name of Mist 1.1's process that read a function's arguments; `mistpy.describe` is that of Mist 2."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

_GONE = (
    "mistpy.metadata_extractor was started by workers of Mist 1.1. Mist 2 reads arguments with"
    " python -m mistpy.describe <artifact> <function>."
)


def metadata_cmd(input_args: Any) -> NoReturn:
    raise RuntimeError(_GONE)


if __name__ == "__main__":
    sys.exit(_GONE)
