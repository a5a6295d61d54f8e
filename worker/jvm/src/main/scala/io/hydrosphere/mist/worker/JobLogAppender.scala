package io.hydrosphere.mist.worker

import scala.collection.JavaConverters._

import io.hydrosphere.mist.worker.protocol.LogLevel
import org.apache.logging.log4j.{Level, LogManager}
import org.apache.logging.log4j.core.{LogEvent, LoggerContext}
import org.apache.logging.log4j.core.appender.AbstractAppender
import org.apache.logging.log4j.core.config.{Configurator, Property}

/** Sends what the driver logs to the log of the job that it is about.
  *
  * A thread that works for a job (the function's, those that it starts, Spark's tasks in local
  * mode) is told by a local property that Spark hands on. Spark's own threads (scheduler, block
  * manager and the like) serve all jobs and do not say for which one: their lines go to every job
  * that runs. Lines of the harness go to no job.
  */
final class JobLogAppender(jobs: Jobs, jobOfThread: () => Option[String])
    extends AbstractAppender("mist-jobs", null, null, true, Property.EMPTY_ARRAY) {

  override def append(event: LogEvent): Unit =
    if (!Thread.currentThread.isInstanceOf[HarnessThread] && !jobs.isIdle) {
      val message = event.getMessage.getFormattedMessage
      val (level, text) = JobLogAppender.translate(event.getLevel, message)
      val trace = Option(event.getThrown).map(JobReporter.stackTrace)
      addressees.foreach(_.line(event.getTimeMillis, level, text, trace))
    }

  /* The property outlives its job in threads that a pool keeps: then the thread is one of Spark's
   * own. */
  private def addressees: Iterable[JobRun] =
    jobOfThread().flatMap(jobs.find).map(Seq(_)).getOrElse(jobs.all.asScala)
}

object JobLogAppender {

  /** Attaches the appender to the root logger. Spark must have set up its logging before. */
  def install(appender: JobLogAppender): Unit = LogManager.getContext(false) match {
    case context: LoggerContext =>
      appender.start()
      context.getConfiguration.addAppender(appender)
      context.getConfiguration.getRootLogger.addAppender(appender, null, null)
      context.updateLoggers()
      /* Warns of each of our pools that no file configures it; a pool of its own with default
       * settings is what a job wants. */
      Configurator.setLevel("org.apache.spark.scheduler.FairSchedulableBuilder", Level.ERROR)
    case other =>
      System.err.println(
        s"Job logs lack the driver's lines: log4j is replaced by ${other.getClass.getName}"
      )
  }

  /** The four levels of a job log; other levels are named in the text. */
  def translate(level: Level, message: String): (LogLevel, String) = level match {
    case Level.DEBUG => (LogLevel.DEBUG, message)
    case Level.INFO => (LogLevel.INFO, message)
    case Level.WARN => (LogLevel.WARN, message)
    case Level.ERROR => (LogLevel.ERROR, message)
    case other => (LogLevel.INFO, s"$other - $message")
  }
}
