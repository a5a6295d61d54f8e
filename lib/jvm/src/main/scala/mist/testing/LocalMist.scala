package mist.testing

import java.{util => ju}

import scala.collection.JavaConverters._

import mist.api._
import mist.api.data.{JsData, JsMap, Json}
import org.apache.spark.sql.SparkSession
import org.apache.spark.streaming.Duration

/** Calls functions in tests as Mist would do it, in a Spark session of this JVM:
  * {{{
  * val mist = LocalMist()
  * assert(mist.call(Average, """{"numbers": [1, 2, 6]}""") == "3.0")
  * }}}
  * Spark allows one SparkContext in a JVM: one that is there already is used, and then `close`
  * leaves it alone.
  */
final class LocalMist private (val spark: SparkSession, isOurs: Boolean) extends AutoCloseable {

  /** JSON in, JSON out. Throws IllegalArgumentException when the text is no JSON object or the
    * function refuses the arguments, and whatever the function throws.
    */
  def call(function: MistFn, arguments: String): String =
    Json.compactString(call(function, Json.parseRoot(arguments)))

  def call(function: MistFn, arguments: JsMap): JsData = {
    check(function, arguments)
    function
      .execute(FnContext(spark.sparkContext, arguments, LocalMist.BatchInterval, LocalMist.Info))
      .get
  }

  /** What the master does before it makes a job: types and rules, without Spark. */
  private def check(function: MistFn, arguments: JsMap): Unit =
    function.handle.validate(arguments) match {
      case failed: Failed =>
        throw new IllegalArgumentException(
          s"${name(function)} refuses its arguments: ${failed.message}. Given: $arguments. " +
            s"It takes: ${LocalMist.signature(function.handle)}"
        )
      case _ =>
    }

  private def name(function: MistFn): String = function.getClass.getName.stripSuffix("$")

  /** Stops Spark if it was started here. */
  override def close(): Unit = if (isOurs) spark.stop()
}

object LocalMist {

  /** Outside of Mist a streaming context gets this batch interval. */
  private val BatchInterval = Duration(1000)

  private val Info = RuntimeJobInfo("test-job", "test-worker")

  private val Settings = Map(
    "spark.master" -> "local[2]",
    "spark.app.name" -> "mist-testing",
    "spark.ui.enabled" -> "false",
    "spark.sql.shuffle.partitions" -> "2",
    "spark.streaming.stopSparkContextByDefault" -> "false"
  )

  /** With Spark settings of your own, which win over local[2] and no UI. */
  def apply(settings: (String, String)*): LocalMist = {
    val isFirst = SparkSession.getDefaultSession.forall(_.sparkContext.isStopped)
    val builder = SparkSession.builder()
    (Settings ++ settings).foreach { case (key, value) => builder.config(key, value) }
    new LocalMist(builder.getOrCreate(), isFirst)
  }

  /** For Java: `try (LocalMist mist = LocalMist.create()) { ... }`. */
  def create(): LocalMist = apply()

  def create(settings: ju.Map[String, String]): LocalMist = apply(settings.asScala.toSeq: _*)

  private def signature(handle: Handle): String =
    handle
      .describe()
      .collect { case UserInputArgument(name, t) => s"$name: ${t.name}" }
      .mkString("(", ", ", ")")
}
