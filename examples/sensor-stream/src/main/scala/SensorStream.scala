import java.util.concurrent.atomic.AtomicInteger

import scala.util.Try

import mist.api._
import mist.api.dsl._
import mist.api.encoding.defaults._
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.SparkSession
import org.apache.spark.streaming.{StreamingContext, Time}
import org.apache.spark.streaming.dstream.DStream

/** One line of a tag: `tag-1,2024-05-01T12:00:00Z,21.5,40.2`. */
case class Reading(tag: String, temperature: Double, humidity: Double)

object Reading {
  def parse(line: String): Option[Reading] = line.split(',') match {
    case Array(tag, _, temperature, humidity) =>
      Try(Reading(tag.trim, temperature.trim.toDouble, humidity.trim.toDouble)).toOption
    case _ => None
  }
}

/** Readings of one tag, added up. */
case class Sum(readings: Long, temperature: Double, humidity: Double) {
  def +(other: Sum): Sum = Sum(
    readings + other.readings,
    temperature + other.temperature,
    humidity + other.humidity
  )
}

/** A line of the output: what a tag has measured on average until `until` (milliseconds). */
case class Average(until: Long, tag: String, temperature: Double, humidity: Double, readings: Long)

/** Watches a folder for files of readings, keeps averages over a sliding window of batches, and
  * appends them to files of JSON lines. Ends after so many windows, or when it is cancelled.
  */
object SensorStream extends MistFn with Logging {

  private val PatienceMs = 100L

  override def handle: Handle = withArgs(
    arg[String]("input").validated(_.nonEmpty, "input is the folder with readings"),
    arg[String]("output").validated(_.nonEmpty, "output is the folder for averages"),
    arg[Int]("window", 3).validated(_ > 0, "window counts batches and must be positive"),
    arg[Option[Int]]("windows")
  ).onStreamingContext(run _).asHandle

  def run(
      input: String,
      output: String,
      window: Int,
      windows: Option[Int],
      ssc: StreamingContext
  ): Map[String, Int] = {
    val stored = new AtomicInteger
    averages(ssc.textFileStream(input), window).foreachRDD {
      (sums: RDD[(String, Sum)], time: Time) => if (store(sums, time, output)) stored.incrementAndGet()
    }
    ssc.start()
    // True when the stream has ended, which is what a cancel makes it do.
    while (!ssc.awaitTerminationOrTimeout(PatienceMs) && windows.forall(_ > stored.get)) ()
    ssc.stop(stopSparkContext = false, stopGracefully = true)
    Map("windows" -> stored.get)
  }

  private def averages(lines: DStream[String], window: Int): DStream[(String, Sum)] =
    lines
      .flatMap(line => read(line))
      .map(r => r.tag -> Sum(1, r.temperature, r.humidity))
      .reduceByKeyAndWindow((a: Sum, b: Sum) => a + b, lines.slideDuration * window)

  private def read(line: String): Option[Reading] = {
    val reading = Reading.parse(line)
    if (reading.isEmpty) logger.warn(s"not a reading, skipped: $line")
    reading
  }

  /** False when there was nothing to store. */
  private def store(sums: RDD[(String, Sum)], time: Time, output: String): Boolean = {
    val until = time.milliseconds
    // Plain values come back from the executors: their class of that name is not the driver's.
    val rows = sums
      .map { case (tag, sum) =>
        (until, tag, sum.temperature / sum.readings, sum.humidity / sum.readings, sum.readings)
      }
      .collect()
      .map(Average.tupled)
    if (rows.nonEmpty) {
      val spark = SparkSession.builder().getOrCreate()
      spark.createDataFrame(rows.toSeq).coalesce(1).write.mode("append").json(output)
      logger.info(s"stored the averages of ${rows.length} tags until $until")
    }
    rows.nonEmpty
  }
}
