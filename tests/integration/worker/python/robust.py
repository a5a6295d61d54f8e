"""Does at its import what the name of the file asks for; the function below is all right."""

import os
import sys

_deed = os.path.basename(__file__).split(".")[0]

if _deed == "prints":
    print("printed at import")
    os.write(1, b"written at import\n")
elif _deed == "exits":
    sys.exit(3)
elif _deed == "exits_at_once":
    os._exit(4)
elif _deed == "raises":
    raise ValueError("raised at import")
elif _deed == "forks":
    os.fork()
elif _deed == "floods":
    for _ in range(64):
        os.write(1, b"x" * 1023 + b"\n")
        os.write(2, b"y" * (1 << 20) + b"\n")
elif _deed == "hangs":
    import threading

    print("hangs at import")
    threading.Event().wait()

from mistpy.decorators import on_spark_context


@on_spark_context
def call(sc):
    # One line, in one write: a second process would write it, too.
    os.write(1, b"the function runs\n")
    return sc.parallelize([1, 2]).sum()
