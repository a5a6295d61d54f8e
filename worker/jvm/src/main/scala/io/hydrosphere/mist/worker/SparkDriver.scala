package io.hydrosphere.mist.worker

import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

import org.apache.spark.{SparkConf, SparkContext, TaskContext}
import org.apache.spark.mist.ArtifactSessions
import org.apache.spark.scheduler.{SparkListener, SparkListenerApplicationEnd}
import org.apache.spark.streaming.mist.StreamingOwner

/** The SparkContext of this worker and how a job takes part in it. */
final class SparkDriver(val context: SparkContext) {
  import SparkDriver._

  private val freePools = new ConcurrentLinkedQueue[String]
  private val pools = new AtomicInteger

  /**
   * Runs `body` as the job: Spark work of this thread, and of threads that it starts, carries the job's group and a
   * scheduler pool that it shares with no other running job. Pools are reused, because Spark never forgets one.
   */
  def asJob[A](jobId: String)(body: => A): A = {
    val pool = Option(freePools.poll()).getOrElse(s"mist-${pools.incrementAndGet()}")
    context.setJobGroup(jobId, jobId, interruptOnCancel = true)
    context.setLocalProperty("spark.scheduler.pool", pool)
    context.setLocalProperty(JobProperty, jobId)
    try body
    finally freePools.add(pool): Unit
  }

  /** The job that the calling thread works for, as far as Spark knows: a task, or a thread below `asJob`. */
  def jobOfThread: Option[String] = {
    val task = TaskContext.get()
    Option(if (task != null) task.getLocalProperty(JobProperty) else context.getLocalProperty(JobProperty))
  }

  /** Ends the Spark work of the job, also a streaming context that it has started. May take long. */
  def cancelJob(jobId: String): Unit = {
    context.cancelJobGroup(jobId)
    StreamingOwner
      .startedBy(JobProperty, jobId)
      .foreach(_.stop(stopSparkContext = false, stopGracefully = true))
  }

  def onEnd(action: => Unit): Unit = context.addSparkListener(new SparkListener {
    override def onApplicationEnd(end: SparkListenerApplicationEnd): Unit = action
  })
}

object SparkDriver {

  /** The local property with the job id. Spark's own group would not do: a function may change it. */
  private val JobProperty = "mist.job"

  def start(workerId: String): SparkDriver = {
    val conf = new SparkConf()
    val extensions = conf.getOption("spark.sql.extensions").toSeq :+ classOf[ArtifactSessions].getName
    conf
      .setAppName(workerId)
      .set("spark.streaming.stopSparkContextByDefault", "false")
      .set("spark.sql.extensions", extensions.mkString(","))
      .setIfMissing("spark.scheduler.mode", "FAIR")
    new SparkDriver(new SparkContext(conf))
  }
}
