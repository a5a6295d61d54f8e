"""Which Spark context a function asks for, and the tags that callers see."""

SPARK_CONTEXT = "spark_context"
SPARK_SESSION = "spark_session"
SQL_CONTEXT = "sql_context"
HIVE_CONTEXT = "hive_context"
HIVE_SESSION = "hive_session"
SPARK_STREAMING = "streaming_context"

TYPE_CHOICES = {
    SPARK_CONTEXT,
    SPARK_SESSION,
    SQL_CONTEXT,
    HIVE_CONTEXT,
    HIVE_SESSION,
    SPARK_STREAMING,
}

SQL_TAG = "sql"
HIVE_TAG = "hive"
STREAMING_TAG = "streaming"
