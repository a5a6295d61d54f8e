"""Fills a log."""

import time

from mistpy.decorators import arg, on_spark_context, opt_arg, with_args


@with_args(arg("count", type_hint=int), opt_arg("pause", type_hint=int))
@on_spark_context
def many_lines(sc, count, pause=0):
    """`pause`: milliseconds after each line."""
    for i in range(count):
        print(f"line {i}")
        if pause:
            time.sleep(pause / 1000)
    return count
