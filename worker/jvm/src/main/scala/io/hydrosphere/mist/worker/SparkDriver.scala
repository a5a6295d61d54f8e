package io.hydrosphere.mist.worker

import java.util.Collections
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

import org.apache.spark.{SparkConf, SparkContext, TaskContext}
import org.apache.spark.mist.ArtifactSessions
import org.apache.spark.scheduler.{
  SparkListener,
  SparkListenerApplicationEnd,
  SparkListenerJobStart
}
import org.apache.spark.streaming.mist.StreamingOwner

/** The SparkContext of this worker and how a job takes part in it. */
final class SparkDriver(val context: SparkContext) {
  import SparkDriver._

  private val freePools = new ConcurrentLinkedQueue[String]
  private val pools = new AtomicInteger
  private val abandoned = Collections.synchronizedSet(Collections.newSetFromMap(new Recent[String]))
  context.addSparkListener(new CancelAbandoned)

  /** Runs `body` as the job: Spark work of this thread, and of threads that it starts, carries the
    * job's group and a scheduler pool that it shares with no other running job. Pools are reused,
    * because Spark never forgets one. When `body` throws, Spark work that is still under way for it
    * is cancelled.
    */
  def asJob[A](jobId: String)(body: => A): A = {
    val pool = Option(freePools.poll()).getOrElse(s"mist-${pools.incrementAndGet()}")
    context.setJobGroup(jobId, jobId, interruptOnCancel = true)
    context.setLocalProperty("spark.scheduler.pool", pool)
    context.setLocalProperty(JobProperty, jobId)
    try body
    catch {
      case e: Throwable =>
        abandoned.add(jobId)
        context.cancelJobGroup(jobId)
        throw e
    } finally freePools.add(pool): Unit
  }

  /** The job that the calling thread works for, as far as Spark knows: a task, or a thread below
    * `asJob`.
    */
  def jobOfThread: Option[String] = {
    val task = TaskContext.get()
    Option(
      if (task != null) task.getLocalProperty(JobProperty)
      else context.getLocalProperty(JobProperty)
    )
  }

  /** Ends the Spark work of the job, also a streaming context that it has started. May take long.
    */
  def cancelJob(jobId: String): Unit = {
    context.cancelJobGroup(jobId)
    StreamingOwner
      .startedBy(JobProperty, jobId)
      .foreach(_.stop(stopSparkContext = false, stopGracefully = true))
  }

  /** A Python process that is killed may have a Spark job just being submitted, which no cancel
    * before that reaches.
    */
  private final class CancelAbandoned extends SparkListener {
    override def onJobStart(start: SparkListenerJobStart): Unit =
      if (
        start.properties != null && abandoned.contains(
          start.properties.getProperty(JobProperty, "")
        )
      )
        context.cancelJob(start.jobId)
  }

  def onEnd(action: => Unit): Unit = context.addSparkListener(new SparkListener {
    override def onApplicationEnd(end: SparkListenerApplicationEnd): Unit = action
  })
}

object SparkDriver {

  /** The local property with the job id. Spark's own group would not do: a function may change it.
    */
  private val JobProperty = "mist.job"

  private final class Recent[A] extends java.util.LinkedHashMap[A, java.lang.Boolean] {
    override def removeEldestEntry(eldest: java.util.Map.Entry[A, java.lang.Boolean]): Boolean =
      size > MaxAbandoned
  }

  private val MaxAbandoned = 1000 // what such a job has under way arrives within seconds

  def start(workerId: String): SparkDriver = {
    val conf = new SparkConf()
    val extensions =
      conf.getOption("spark.sql.extensions").toSeq :+ classOf[ArtifactSessions].getName
    conf
      .setAppName(workerId)
      .set("spark.streaming.stopSparkContextByDefault", "false")
      .set("spark.sql.extensions", extensions.mkString(","))
      .set("spark.sql.artifact.isolation.enabled", "true") // ArtifactSessions stands on it
      .setIfMissing("spark.scheduler.mode", "FAIR")
    new SparkDriver(new SparkContext(conf))
  }
}
