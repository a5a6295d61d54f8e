"""Functions with arguments of every type, to be refused or accepted by the master."""

from mistpy.decorators import arg, list_type, on_spark_context, opt_arg, with_args


@with_args(
    arg("count", type_hint=int),
    arg("name", type_hint=str),
    arg("ratio", type_hint=float),
    arg("numbers", type_hint=list_type(int)),
    arg("limit", type_hint=int, default=10),
    opt_arg("label", type_hint=str),
)
@on_spark_context
def typed(sc, count, name, ratio, numbers, limit, label=None):
    return None


@on_spark_context
def plain(sc):
    return None


def undecorated(sc):
    return None
