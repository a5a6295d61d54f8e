"""Answers, once the gate is open, which version of this file the driver and an executor run."""

import os
import time

from mistpy.decorators import arg, on_spark_context, with_args

VERSION = "@VERSION@"


def version(_):
    return VERSION


@with_args(arg("gate", type_hint=str))
@on_spark_context
def versioned(sc, gate):
    while not os.path.exists(gate):
        time.sleep(0.02)
    seen = sc.parallelize([1], 1).map(version).first()
    return ["driver " + VERSION, "executor " + seen]
