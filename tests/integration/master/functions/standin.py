"""Declares the scripts of tests/support/standin_jobs.h, so that a master can read their schemas.

Stand-in workers never run these bodies: they go by the names.
"""

from mistpy.decorators import arg, on_spark_context, opt_arg, with_args


def _script(*arguments):
    return with_args(*arguments)(on_spark_context(lambda sc, **given: None))


Echo = _script(opt_arg("value", type_hint=None))
Fail = _script(opt_arg("error", type_hint=str))
Log = _script(arg("lines", type_hint=int))
Big = _script(arg("bytes", type_hint=int))
Garbage = _script()
Until = _script(arg("file", type_hint=str))
Ledger = _script(
    arg("ledger", type_hint=str),
    arg("tag", type_hint=str),
    opt_arg("ms", type_hint=int),
    opt_arg("fail", type_hint=bool),
    opt_arg("stale", type_hint=bool),
    opt_arg("linger", type_hint=int),
    opt_arg("padding", type_hint=str),
)
Hang = _script()
Download = _script()
Complete = _script()
Stubborn = _script()
Die = _script()
Freeze = _script()
