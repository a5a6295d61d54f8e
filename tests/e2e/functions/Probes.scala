import java.nio.file.{Files, Paths}

import mist.api._
import mist.api.dsl._
import mist.api.encoding._
import mist.api.encoding.defaults._
import org.apache.spark.SparkContext

/** A gate is a file: who waits at it tells so, and goes on as soon as the test has created it. */
object Gate {
  def await(path: String): Unit = {
    reach(path)
    while (!isOpen(path)) Thread.sleep(20)
  }

  def reach(path: String): Unit = Files.write(Paths.get(path + ".reached"), Array.emptyByteArray)

  def isOpen(path: String): Boolean = Files.exists(Paths.get(path))
}

/** Waits at a gate, in the driver or in a Spark task. */
object Waiting extends MistFn {
  override def handle: Handle = {
    withArgs(arg[String]("gate"), arg[Boolean]("inTask", false)).onSparkContext(
      (gate: String, inTask: Boolean, sc: SparkContext) => {
        if (inTask) sc.parallelize(Seq(gate), 1).foreach(path => Gate.await(path))
        else Gate.await(gate)
        "went through"
      }
    ).asHandle
  }
}

/** Waits at a gate and takes no notice of interrupts. */
object Stubborn extends MistFn {
  override def handle: Handle = {
    withArgs(arg[String]("gate")).onSparkContext((gate: String, sc: SparkContext) => {
      Gate.reach(gate)
      while (!Gate.isOpen(gate)) {
        try Thread.sleep(20)
        catch { case _: InterruptedException => () }
      }
      "went through"
    }).asHandle
  }
}

/** A string of so many characters, all of one byte. */
object Large extends MistFn {
  override def handle: Handle =
    withArgs(arg[Int]("size")).onSparkContext((size: Int, sc: SparkContext) => "x" * size).asHandle
}

object Logs extends MistFn with Logging {
  override def handle: Handle = {
    withArgs(arg[String]("text")).onSparkContext((text: String, sc: SparkContext) => {
      logger.info(s"info: $text")
      logger.warn(s"warn: $text")
      logger.error(s"error: $text", new IllegalStateException("the logged cause"))
      logger.info("first line\nsecond line")
      ()
    }).asHandle
  }
}

/** Logs in a task, which on a cluster means on an executor. */
object LogsInTask extends MistFn {
  override def handle: Handle = {
    withArgs(arg[String]("text")).onSparkContext((text: String, sc: SparkContext) => {
      sc.parallelize(Seq(text), 1).foreach { text =>
        val logger = org.slf4j.LoggerFactory.getLogger("probe")
        logger.info(s"task info: $text")
        logger.error(s"task error: $text", new IllegalStateException("the task's cause"))
      }
    }).asHandle
  }
}

object Throws extends MistFn {
  override def handle: Handle = {
    withArgs(arg[String]("message")).onSparkContext((message: String, sc: SparkContext) => {
      if (message.nonEmpty) throw new IllegalStateException(message)
      message
    }).asHandle
  }
}

case class Point(x: Int, y: Option[Double])

/** Arguments of every shape; tells what it got. */
object Shapes extends MistFn {
  implicit val pointExtractor: RootExtractor[Point] = generic.extractor[Point]

  override def handle: Handle = {
    withArgs(
      arg[Seq[String]]("words"),
      arg[Map[String, Double]]("weights"),
      arg[Point]("point"),
      arg[Int]("times", 2)
    ).onSparkContext(
      (words: Seq[String], weights: Map[String, Double], point: Point, times: Int, _: SparkContext) =>
        s"${words.mkString("+")} ${weights.mkString} $point $times"
    ).asHandle
  }
}
