"""Functions that use what mistpy and the worker offer."""

import functools
import logging
import os
import threading
import time

from mistpy.decorators import *


def traced(fn):
    @functools.wraps(fn)
    def wrapper(*positional, **given):
        return ["traced", fn(*positional, **given)]

    return wrapper


@traced
@with_args(arg("n", type_hint=int), arg("m", type_hint=int, default=7), opt_arg("o", int))
@on_spark_context
def decorated(sc, n, m, o):
    return [n, m, o]


@on_sql_context
def sql(context):
    return context.sql("select 1 as a, null as b").collect()


@on_hive_context
def hive(context):
    context.sql("create table if not exists from_hive_context as select 5 as n")
    return context.table("from_hive_context").collect()


@on_hive_session
def hive_session(spark):
    spark.sql("create table if not exists from_hive_session as select 6 as n")
    return [row.n for row in spark.table("from_hive_session").collect()]


@on_spark_context
def logs(sc):
    logger = sc._jvm.org.apache.log4j.LogManager.getLogger("a.logger")
    logger.info("info through log4j")
    logger.warn("warn through log4j")
    logging.getLogger("python").error("error through logging")
    print("printed")


@on_spark_context
def old_names_on_an_executor(sc):
    return sc.parallelize([1], 1).map(lambda n: xrange(n)).count()


@on_spark_context
def parent(sc):
    return os.getppid()


@on_spark_context
def forks(sc):
    os.fork()
    return "one answer"


def numbers(ssc):
    return ssc.queueStream([[n] for n in range(100)])


@on_streaming_context
def streams(ssc):
    numbers(ssc).foreachRDD(lambda rdd: print("batch of", rdd.collect(), flush=True))
    ssc.start()
    ssc.awaitTermination()
    return "the stream has ended"


@on_streaming_context
def forgets_its_stream(ssc):
    first = threading.Event()
    numbers(ssc).foreachRDD(lambda rdd: first.set())
    ssc.start()
    first.wait()
    return ssc.sparkContext.parallelize([1, 2]).sum()


@on_streaming_context
def stops_its_stream(ssc):
    seen = []
    numbers(ssc).foreachRDD(lambda rdd: seen.extend(rdd.collect()))
    ssc.start()
    while not seen:
        time.sleep(0.02)
    ssc.stop()
    return ssc.sparkContext.parallelize([1, 2]).sum()


def start_query(spark, done):
    return spark.readStream.format("rate").load().writeStream.foreachBatch(done).start()


@on_spark_session
def queries(spark):
    def slow(batch, number):
        print(f"batch {number} begins", flush=True)
        time.sleep(0.5)
        print(f"batch {number} has ended", flush=True)

    start_query(spark, slow).awaitTermination()
    return "the query has ended"


@on_spark_session
def fails_beside_its_query(spark):
    start_query(spark, lambda batch, number: None)
    raise ValueError("the query is left alone")


@on_spark_session
def running_queries(spark):
    sessions = spark._jvm.org.apache.spark.mist.ArtifactSessions.all()
    running = [sessions.apply(n).streams().active() for n in range(sessions.size())]
    return sum(len(each) for each in running)
