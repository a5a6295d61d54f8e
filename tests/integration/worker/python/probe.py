"""Does what a test asks for."""

import os
import subprocess
import sys
import time

from mistpy.decorators import (
    arg,
    on_hive_session,
    on_spark_context,
    on_spark_session,
    on_streaming_context,
    with_args,
)


def double(x):
    return x * 2


@with_args(arg("action", type_hint=str), arg("number", type_hint=int, default=0))
@on_spark_context
def probe(sc, action, number):
    if action == "answer":
        return {
            "number": number,
            "float": 1.5,
            "none": None,
            "list": [True, "ü"],
            "group": sc.getLocalProperty("spark.jobGroup.id"),
        }
    if action == "output":
        print("printed")
        print("complained", file=sys.stderr)
        subprocess.run(["echo", "echoed"], check=True)
        return {}
    if action == "rdd":
        return sc.parallelize(range(10), 2).map(double).sum()
    if action == "fail":
        raise ValueError("asked to fail")
    if action == "die":
        os.kill(os.getpid(), 9)
    if action == "sleep":
        time.sleep(600)
    if action == "spark-sleep":
        sc.parallelize(range(2), 2).foreach(lambda _: time.sleep(600))
    if action == "stubborn":
        while True:
            try:
                time.sleep(600)
            except KeyboardInterrupt:
                pass
    raise ValueError(action)


@on_spark_session
def sql(session):
    from pyspark.sql.functions import udf

    return [row[0] for row in session.range(3).select(udf(double, "long")("id")).collect()]


@on_hive_session
def hive(session):
    return session.conf.get("spark.sql.catalogImplementation")


@on_streaming_context
def streaming(ssc):
    seen = []
    ssc.queueStream([[1, 2], [3]]).foreachRDD(lambda rdd: seen.extend(rdd.collect()))
    ssc.start()
    while len(seen) < 3:
        time.sleep(0.05)
    ssc.stop(stopSparkContext=False)
    return sorted(seen)
