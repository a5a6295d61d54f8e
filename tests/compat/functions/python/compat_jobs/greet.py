"""A module of a package: relative imports, a data file, and code of the package on executors."""

from mistpy.decorators import arg, list_type, on_spark_context, with_args

from . import names


def greet_later(name):
    from compat_jobs.names import greeting

    return greeting(name)


@with_args(arg("names", type_hint=list_type(str)))
@on_spark_context
def greet(sc, names):
    return {"result": sc.parallelize(names, 1).map(greet_later).collect()}


@with_args(arg("name", type_hint=str))
@on_spark_context
def greet_one(sc, name):
    return {"result": names.greeting(name)}
