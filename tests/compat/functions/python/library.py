"""Every name of mistpy that a source of Mist 1.1 may use, in one file."""

import logging
import time

from mistpy import tags
from mistpy.context_wrapper import ContextWrapper
from mistpy.decorators import *
from mistpy.executable_entry import (
    ArgInfo,
    FunctionEntry,
    get_metadata,
    is_mist_function,
    load_entry,
)
from mistpy.python_execute_script import initialized_context_value, to_python_types


@with_args(
    arg("int", type_hint=int),
    arg("bool", type_hint=bool),
    arg("float", type_hint=float),
    arg("str", type_hint=str),
    arg("list", type_hint=list),
    arg("ints", type_hint=list_type(int)),
    arg("matrix", type_hint=list_type(list_type(float))),
    arg("any", type_hint=None),
    arg("object", type_hint=dict),
)
@on_spark_context
def types(sc, **given):
    return {name: [type(value).__name__, value] for name, value in given.items()}


@with_args(
    arg("a", type_hint=int, default=1),
    arg("b", type_hint=str, default="two"),
    arg("c", type_hint=list_type(int), default=[3]),
    arg("d", type_hint=bool, default=False),
    arg("e", type_hint=float, optional=True),
    opt_arg("f", type_hint=int),
    opt_arg("g", type_hint=int),
)
@on_spark_context
def defaults(sc, a, b, c, d, e, f, g=7):
    return [a, b, c, d, e, f, g]


@on_spark_context
@with_args(arg("n", type_hint=int))
def context_first(sc, n):
    return [type(sc).__name__, n]


@with_args(arg("n", type_hint=int))
@on_spark_context
def arguments_first(sc, n):
    return [type(sc).__name__, n]


@on_spark_context
def without_arguments(*positional, **named):
    return [len(positional), named]


@on_spark_context
def spark_context(sc):
    return [type(sc).__name__, sc.parallelize([1, 2]).map(lambda n: n + 1).collect()]


@on_spark_session
def spark_session(spark):
    return [type(spark).__name__, spark.range(2).collect()]


@on_sql_context
def sql_context(context):
    return [type(context).__name__, context.sql("select 1 as n").collect()]


@on_hive_context
def hive_context(context):
    context.sql("create table if not exists compat_hive_context as select 2 as n")
    return [type(context).__name__, context.table("compat_hive_context").collect()]


@on_hive_session
def hive_session(spark):
    spark.sql("create table if not exists compat_hive_session as select 3 as n")
    return [type(spark).__name__, spark.table("compat_hive_session").collect()]


@on_streaming_context
def streaming_context(ssc):
    seen = []
    ssc.queueStream([[1, 2], [3]]).foreachRDD(lambda rdd: seen.extend(rdd.collect()))
    ssc.start()
    while len(seen) < 3:
        time.sleep(0.02)
    ssc.stop()
    return [sorted(seen), ssc.sparkContext.parallelize([1]).count()]


@with_args(arg("value", type_hint=None))
@on_spark_context
def echo(sc, value):
    return value


@on_spark_context
def returns_none(sc):
    return None


@on_spark_session
def rows(spark):
    return {"rows": spark.sql("select 1 as a, array(true, null) as b").collect()}


@on_spark_context
def not_json(sc):
    return object()


@NamedArg("a", int)
@NamedArgWithDefault("b", int, 2)
@OptionalArg("c", int)
@SystemArg(SPARK_CONTEXT, {"mine"})
def by_classes(sc, a, b, c):
    assert isinstance(opt_arg("x", int), AbstractArg)
    return [a, b, c]


@on_spark_context
def constants(sc):
    own = [SPARK_CONTEXT, SPARK_SESSION, SQL_CONTEXT, HIVE_CONTEXT, HIVE_SESSION, SPARK_STREAMING]
    return sorted(own) == sorted(TYPE_CHOICES) == sorted(tags.TYPE_CHOICES)


@on_spark_context
def bad_parameter(sc):
    raise BadParameterException("n", int, "is out of range")


@on_spark_context
def entry(sc):
    loaded = load_entry(__file__, "by_classes")
    assert isinstance(loaded, FunctionEntry) and is_mist_function(defaults)
    assert get_metadata(defaults).selected_spark_argument == loaded.selected_spark_argument
    return {
        "arguments": [ArgInfo(a.name, a.is_optional) for a in loaded.args_info],
        "context": loaded.selected_spark_argument,
        "tags": loaded.tags,
        "answer": loaded.invoke(sc, {"a": 1}),
    }


@on_spark_context
def wrapper(sc):
    contexts = ContextWrapper()
    contexts.set_context(sc._gateway)
    session = initialized_context_value(sc._gateway, contexts, SPARK_SESSION)
    java_list = sc._jvm.java.util.ArrayList()
    java_list.append("x")
    return [session.range(3).count(), to_python_types(java_list)]


@on_spark_context
def logs(sc):
    sc._jvm.org.apache.log4j.LogManager.getLogger("compat").info("info through log4j")
    logging.warning("warning through logging")
    print("a printed line")


@with_args(arg("message", type_hint=str))
@on_spark_context
def throws(sc, message):
    raise ValueError(message)


def not_decorated(sc):
    pass
