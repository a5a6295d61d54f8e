package io.hydrosphere.mist.worker

import java.util.{Collections, Map => JMap}

import io.hydrosphere.mist.worker.protocol.LogLevel
import org.apache.logging.log4j.LogManager
import org.apache.logging.log4j.core.{LogEvent, LoggerContext}
import org.apache.logging.log4j.core.appender.AbstractAppender
import org.apache.logging.log4j.core.config.Property
import org.apache.spark.{SparkConf, SparkContext, TaskContext, TaskFailedReason}
import org.apache.spark.api.plugin.{DriverPlugin, ExecutorPlugin, PluginContext, SparkPlugin}

/** Brings what tasks log on executors in other processes to the logs of their jobs. Spark loads it
  * on the driver and, from the jars of the application, at the start of each executor; lines travel
  * on Spark's own connection between the two. What a task's thread does not log (Spark's own
  * threads, Python's outputs) stays in the executor's files.
  */
final class ExecutorLogs extends SparkPlugin {
  override def driverPlugin(): DriverPlugin = new ExecutorLogs.OnDriver
  override def executorPlugin(): ExecutorPlugin = new ExecutorLogs.OnExecutor
}

object ExecutorLogs {

  /** true or false; by default it is used where the executors surely find this class. */
  val Setting = "spark.mist.executor.logs"

  /** Where a job's lines go; set once the worker serves. */
  @volatile var sink: ExecutorLine => Unit = (_: ExecutorLine) => ()

  /** An executor whose plugin cannot be loaded does not start, so it is switched on by itself only
    * for the clusters that the tests run: standalone and local-cluster. In other local modes tasks
    * run in the driver, whose appender sees them.
    */
  def isWanted(conf: SparkConf): Boolean = {
    val master = conf.get("spark.master", "")
    conf.getBoolean(
      Setting,
      master.startsWith("spark://") || master.startsWith("local-cluster")
    )
  }

  final class OnDriver extends DriverPlugin {
    override def init(context: SparkContext, plugin: PluginContext): JMap[String, String] =
      Collections.emptyMap()

    /** The executor waits for the answer before it sends more. */
    override def receive(message: Any): AnyRef = {
      message match {
        case batch: Array[Array[String]] => batch.foreach(line => sink(ExecutorLine.of(line)))
        case other => throw new IllegalArgumentException(s"not a batch of lines: ${other.getClass}")
      }
      ""
    }
  }

  final class OnExecutor extends ExecutorPlugin {
    private var sender: ExecutorLogSender = _ // constant after init()

    override def init(plugin: PluginContext, extra: JMap[String, String]): Unit = {
      sender = new ExecutorLogSender(batch => plugin.ask(batch): Unit)
      sender.start()
      LogManager.getContext(false) match {
        case context: LoggerContext =>
          val appender = new ExecutorLogAppender(sender)
          appender.start()
          context.getConfiguration.addAppender(appender)
          context.getConfiguration.getRootLogger.addAppender(appender, null, null)
          context.updateLoggers()
        case _ => // another logging than Spark's own: its lines stay where they are
      }
    }

    // Both are called before the driver hears of the end.
    override def onTaskSucceeded(): Unit = sender.flush()
    override def onTaskFailed(reason: TaskFailedReason): Unit = sender.flush()

    override def shutdown(): Unit = if (sender != null) sender.stop()
  }
}

/** One line that a task has logged. On the wire it is an array of strings, since Spark's connection
  * may not know our classes.
  */
final case class ExecutorLine(
    jobId: String,
    timeMs: Long,
    level: LogLevel,
    message: String,
    stackTrace: Option[String]
) {
  def toArray: Array[String] =
    Array(jobId, timeMs.toString, level.name, message, stackTrace.orNull)
}

object ExecutorLine {
  def of(fields: Array[String]): ExecutorLine = ExecutorLine(
    fields(0),
    fields(1).toLong,
    LogLevel.valueOf(fields(2)),
    fields(3),
    Option(fields(4))
  )
}

/** Takes what the threads of tasks log. */
final class ExecutorLogAppender(sender: ExecutorLogSender)
    extends AbstractAppender("mist-executor", null, null, true, Property.EMPTY_ARRAY) {

  override def append(event: LogEvent): Unit = jobOfTask.foreach { jobId =>
    val (level, text) =
      JobLogAppender.translate(event.getLevel, event.getMessage.getFormattedMessage)
    val trace = Option(event.getThrown).map(JobReporter.stackTrace)
    sender.add(ExecutorLine(jobId, event.getTimeMillis, level, text, trace))
  }

  private def jobOfTask: Option[String] =
    Option(TaskContext.get()).flatMap(task =>
      Option(task.getLocalProperty(SparkDriver.JobProperty))
    )
}
