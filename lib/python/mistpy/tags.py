"""Which Spark context a function asks for, and the tags that callers see."""

SPARK_CONTEXT = "sp_context"
SPARK_SESSION = "sp_session"
SQL_CONTEXT = "sql_context"
HIVE_CONTEXT = "hive_context"
HIVE_SESSION = "hive_session"
SPARK_STREAMING = "streaming"

TYPE_CHOICES = (
    SPARK_CONTEXT,
    SPARK_SESSION,
    SQL_CONTEXT,
    HIVE_CONTEXT,
    HIVE_SESSION,
    SPARK_STREAMING,
)


class _Tags:
    """By what a function works with: the tags of its kind of context."""

    sql = frozenset({"sql"})
    hive = frozenset({"hive", "sql"})
    streaming = frozenset({"streaming"})


tags = _Tags()
