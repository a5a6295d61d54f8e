"""The probes in Python. A gate is a file: who waits at it tells so, and goes on as soon as the test has created it."""

import os
import sys
import time

from mistpy.decorators import arg, on_spark_context, opt_arg, with_args


def await_gate(path):
    open(path + ".reached", "w").close()
    while not os.path.exists(path):
        time.sleep(0.02)


@with_args(arg("gate", type_hint=str), arg("inTask", type_hint=bool, default=False))
@on_spark_context
def waiting(sc, gate, inTask):
    if inTask:
        sc.parallelize([gate], 1).foreach(await_gate)
    else:
        await_gate(gate)
    return "went through"


@on_spark_context
def prints(sc):
    print("printed")
    print("complained", file=sys.stderr)


@with_args(arg("count", type_hint=int), opt_arg("gate", type_hint=str))
@on_spark_context
def lines(sc, count, gate=None):
    """Half of them before the gate, half behind it."""
    for i in range(count):
        if gate and i == count // 2:
            await_gate(gate)
        print(f"line {i}")
    return count


@with_args(arg("message", type_hint=str))
@on_spark_context
def throws(sc, message):
    raise ValueError(message)
