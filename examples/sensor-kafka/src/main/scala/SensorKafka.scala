import java.sql.Timestamp
import java.time.Instant
import java.util.concurrent.atomic.AtomicLong

import scala.util.Try

import mist.api._
import mist.api.dsl._
import mist.api.encoding.defaults._
import mist.api.encoding.spark._
import org.apache.hadoop.fs.Path
import org.apache.spark.sql.{DataFrame, Dataset, SparkSession}
import org.apache.spark.sql.functions._

/** One line of a tag: `tag-1,2024-05-01T12:00:00Z,21.5,40.2`. */
case class Reading(tag: String, time: Timestamp, temperature: Double, humidity: Double)

object Reading {
  def parse(line: String): Option[Reading] = line.split(',') match {
    case Array(tag, time, temperature, humidity) =>
      Try(
        Reading(
          tag.trim,
          Timestamp.from(Instant.parse(time.trim)),
          temperature.trim.toDouble,
          humidity.trim.toDouble
        )
      ).toOption
    case _ => None
  }
}

/** Reads readings from a Kafka topic and keeps the average of each tag in each window of time as
  * files of JSON lines. A window is stored when readings are so late that no more are expected for
  * it. Ends when there are so many averages, or when it is cancelled; the next call with the same
  * output goes on where it ended.
  */
object SensorKafka extends MistFn with Logging {

  private val PatienceMs = 100L

  // A line of the output; `from` and `until` in milliseconds.
  private val Average =
    "from BIGINT, until BIGINT, tag STRING, temperature DOUBLE, humidity DOUBLE, readings BIGINT"

  override def handle: Handle = withArgs(
    arg[String]("servers").validated(_.nonEmpty, "servers are host:port of Kafka brokers"),
    arg[String]("topic").validated(_.nonEmpty, "topic is where the readings come from"),
    arg[String]("output").validated(_.nonEmpty, "output is the folder for averages"),
    arg[String]("window", "1 minute"),
    arg[String]("late", "10 seconds"),
    arg[Option[Int]]("averages")
  ).onSparkSession(run _).asHandle

  def run(
      servers: String,
      topic: String,
      output: String,
      window: String,
      late: String,
      averages: Option[Int],
      spark: SparkSession
  ): DataFrame = {
    makeFolder(output, spark)
    val stored = new AtomicLong(storedIn(output, spark).count())
    val store: (DataFrame, Long) => Unit = (batch, id) =>
      if (storeBatch(batch, s"$output/batch=$id")) {
        stored.set(storedIn(output, spark).count())
        logger.info(s"there are ${stored.get} averages")
      }
    val query = averagesOf(readings(servers, topic, spark), window, late).writeStream
      .option("checkpointLocation", s"$output/_checkpoint")
      .foreachBatch(store)
      .start()
    // True when the query has ended, which is what a cancel makes it do.
    while (!query.awaitTermination(PatienceMs) && averages.forall(_ > stored.get)) ()
    query.stop()
    storedIn(output, spark).orderBy("from", "tag")
  }

  private def readings(servers: String, topic: String, spark: SparkSession): Dataset[Reading] = {
    import spark.implicits._
    spark.readStream
      .format("kafka")
      .option("kafka.bootstrap.servers", servers)
      .option("subscribe", topic)
      .option("startingOffsets", "earliest")
      .load()
      .select(col("value").cast("string"))
      .as[String]
      .flatMap(line => read(line))
  }

  private def read(line: String): Option[Reading] = {
    val reading = Reading.parse(line)
    if (reading.isEmpty) logger.warn(s"not a reading, skipped: $line")
    reading
  }

  private def averagesOf(readings: Dataset[Reading], length: String, late: String): DataFrame =
    readings
      .withWatermark("time", late)
      .groupBy(window(col("time"), length), col("tag"))
      .agg(
        avg("temperature").as("temperature"),
        avg("humidity").as("humidity"),
        count("*").as("readings")
      )
      .select(
        expr("unix_millis(window.start)").as("from"),
        expr("unix_millis(window.end)").as("until"),
        col("tag"),
        col("temperature"),
        col("humidity"),
        col("readings")
      )

  /** False when there was nothing to store. A batch that was interrupted comes again and takes the
    * place of what there is of it.
    */
  private def storeBatch(batch: DataFrame, folder: String): Boolean = {
    val averages = batch.coalesce(1).persist() // or it would be worked out twice
    try {
      val any = !averages.isEmpty
      if (any) averages.write.mode("overwrite").json(folder)
      any
    } finally averages.unpersist(): Unit
  }

  private def makeFolder(path: String, spark: SparkSession): Unit = {
    val folder = new Path(path)
    folder.getFileSystem(spark.sparkContext.hadoopConfiguration).mkdirs(folder): Unit
  }

  private def storedIn(output: String, spark: SparkSession): DataFrame =
    spark.read.schema(Average).json(output).drop("batch")
}
