"""Functions with contexts of every kind, called by mistpy.testing; prints the answers as JSON."""

import json
import time

from mistpy.decorators import *
from mistpy.testing import call, stop


@with_args(arg("n", int))
@on_spark_context
def spark_context(sc, n):
    return sc.parallelize(range(n)).map(lambda x: x * 2).sum()


@on_spark_session
def spark_session(spark):
    return spark.range(3).count()


@on_sql_context
def sql_context(sql):
    return sql.sql("select 1 as a, 'x' as b").collect()


@on_streaming_context
def streaming_context(ssc):
    seen = []
    ssc.queueStream([[1, 2], [3]]).foreachRDD(lambda rdd: seen.extend(rdd.collect()))
    ssc.start()
    while len(seen) < 3:
        time.sleep(0.02)
    ssc.stop()
    ssc.sparkContext.parallelize([1]).count()  # goes on
    return sorted(seen)


@on_hive_session
def hive_session(spark):
    spark.sql("create table hive_session_table as select 7 as n")
    return spark.table("hive_session_table").collect()


@on_hive_context
def hive_context(hive):
    return [name for name in hive.tableNames() if name.startswith("hive")]


if __name__ == "__main__":
    answers = {"spark_context": call(spark_context, {"n": 5})}
    for fn in (spark_session, sql_context, streaming_context, hive_session, hive_context):
        answers[fn.__name__] = call(fn)
    stop()
    print(json.dumps(answers))
