"""What a function sees of the worker that it runs in."""

import os

from mistpy.decorators import arg, on_spark_context, with_args

VARIABLES = ("PYTHONPATH", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")


@on_spark_context
def surroundings(sc):
    return {
        "conf": dict(sc.getConf().getAll()),
        "applicationId": sc.applicationId,
        "jobGroup": sc.getLocalProperty("spark.jobGroup.id"),
        "jobDescription": sc.getLocalProperty("spark.job.description"),
        "jars": list(sc._jsc.sc().listJars().mkString("\n").split()),
        "process": os.getpid(),
        "environment": {name: os.environ.get(name) for name in VARIABLES},
    }


@with_args(arg("levels", type_hint=list))
@on_spark_context
def log4j(sc, levels):
    jvm = sc._jvm.org.apache.logging.log4j
    jvm.core.config.Configurator.setLevel("compat", jvm.Level.ALL)
    logger = jvm.LogManager.getLogger("compat")
    for level in levels:
        logger.log(jvm.Level.getLevel(level), "said at " + level)


@on_spark_context
def count(sc):
    return sc.parallelize(range(10), 2).count()


@on_spark_context
def log_exception(sc):
    logger = sc._jvm.org.apache.logging.log4j.LogManager.getLogger("compat")
    logger.error("with an exception", sc._jvm.java.lang.Exception("from the function"))
