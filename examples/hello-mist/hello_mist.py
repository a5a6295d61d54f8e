"""Estimates pi: the share of random points of a square that lie in its circle."""

import random

from mistpy.decorators import arg, on_spark_context, with_args


def is_in_circle(_):
    x, y = random.random(), random.random()
    return x * x + y * y < 1


@with_args(arg("samples", type_hint=int, default=10000))
@on_spark_context
def hello_mist(sc, samples):
    print(f"taking {samples} samples")
    inside = sc.parallelize(range(samples)).filter(is_in_circle).count()
    return 4.0 * inside / samples
