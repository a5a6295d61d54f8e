package io.hydrosphere.mist.worker

import java.util.Collections
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

import io.hydrosphere.mist.worker.protocol.SparkProgress
import org.apache.spark.{SparkConf, SparkContext, SparkEnv, TaskContext}
import org.apache.spark.mist.{ArtifactSessions, StreamingQueries}
import org.apache.spark.scheduler.{
  SparkListener,
  SparkListenerApplicationEnd,
  SparkListenerJobStart
}
import org.apache.spark.sql.streaming.StreamingQuery
import org.apache.spark.streaming.mist.StreamingOwner

/** The SparkContext of this worker and how a job takes part in it. */
final class SparkDriver(val context: SparkContext) {
  import SparkDriver._

  private val freePools = new ConcurrentLinkedQueue[String]
  private val pools = new AtomicInteger
  private val abandoned = Collections.synchronizedSet(Collections.newSetFromMap(new Recent[String]))
  private val progress = new ProgressListener(JobProperty)
  context.addSparkListener(new CancelAbandoned)
  context.addSparkListener(progress)
  StreamingQueries.onStart { properties =>
    Option(properties.getProperty(JobProperty)).filter(abandoned.contains).foreach { jobId =>
      // A query cannot wait for its own end.
      HarnessThread.start(s"mist-query-$jobId")(stopQueries(jobId))
    }
  }

  /** Runs `body` as the job: Spark work of this thread, and of threads that it starts, carries the
    * job's group and a scheduler pool that it shares with no other running job. Pools are reused,
    * because Spark never forgets one. When `body` throws, Spark work that is still under way for it
    * is cancelled, and what streams for it is stopped: nobody waits for its queries any more, and
    * the next job would get its streaming context.
    *
    * While it runs, `tell` hears how far its Spark work is, see [[ProgressListener]].
    */
  def asJob[A](jobId: String, tell: SparkProgress => Unit)(body: => A): A = {
    val pool = Option(freePools.poll()).getOrElse(s"mist-${pools.incrementAndGet()}")
    context.setJobGroup(jobId, jobId, interruptOnCancel = true)
    context.setLocalProperty("spark.scheduler.pool", pool)
    context.setLocalProperty(JobProperty, jobId)
    progress.follow(jobId)(tell)
    try body
    catch {
      case e: Throwable =>
        abandoned.add(jobId)
        context.cancelJobGroup(jobId)
        stopStream(jobId)
        stopQueries(jobId)
        throw e
    } finally {
      progress.forget(jobId)
      freePools.add(pool): Unit
    }
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

  /** Ends the Spark work of the job, also what streams for it, after `onStream` was called: a
    * streaming context goes on until what it has received is processed, a query until the end of
    * its batch. May take long.
    */
  def cancelJob(jobId: String)(onStream: => Unit): Unit = {
    context.cancelJobGroup(jobId)
    StreamingOwner.startedBy(JobProperty, jobId).foreach { stream =>
      onStream
      stream.stop(stopSparkContext = false, stopGracefully = true)
    }
    StreamingQueries.startedBy(JobProperty, jobId).foreach { query =>
      onStream
      awaitBatch(query)
      query.stop()
    }
  }

  /* Spark has no word for it. A batch that begins just then is stopped, and done again by the next
   * run of the query. */
  private def awaitBatch(query: StreamingQuery): Unit = {
    val last = query.lastProgress
    while (query.isActive && query.status.isTriggerActive && (query.lastProgress eq last))
      Thread.sleep(BatchPollMs)
  }

  private def stopQueries(jobId: String): Unit =
    StreamingQueries.startedBy(JobProperty, jobId).foreach(_.stop())

  /** Stops a streaming context that the job has left running; there can be only one in a worker. */
  def stopStream(jobId: String): Unit =
    StreamingOwner
      .startedBy(JobProperty, jobId)
      .foreach(_.stop(stopSparkContext = false, stopGracefully = false))

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
  private[worker] val JobProperty = "mist.job"

  private val QueryListeners = "spark.sql.streaming.streamingQueryListeners"

  private final class Recent[A] extends java.util.LinkedHashMap[A, java.lang.Boolean] {
    override def removeEldestEntry(eldest: java.util.Map.Entry[A, java.lang.Boolean]): Boolean =
      size > MaxAbandoned
  }

  private val BatchPollMs = 5L

  private val MaxAbandoned = 1000 // what such a job has under way arrives within seconds

  def start(workerId: String): SparkDriver = {
    val conf = new SparkConf()
    val extensions =
      conf.getOption("spark.sql.extensions").toSeq :+ classOf[ArtifactSessions].getName
    val queryListeners =
      conf.getOption(QueryListeners).toSeq :+ classOf[StreamingQueries].getName
    conf
      .setAppName(workerId)
      .set("spark.streaming.stopSparkContextByDefault", "false")
      .set("spark.sql.extensions", extensions.mkString(","))
      .set(QueryListeners, queryListeners.mkString(","))
      .set("spark.sql.artifact.isolation.enabled", "true") // ArtifactSessions stands on it
      .setIfMissing("spark.scheduler.mode", "FAIR")
    if (ExecutorLogs.isWanted(conf)) {
      val plugins = conf.getOption("spark.plugins").toSeq :+ classOf[ExecutorLogs].getName
      conf.set("spark.plugins", plugins.mkString(","))
    }
    new SparkDriver(createContext(conf))
  }

  /* In local modes the executor is made with the context, and takes this thread's class loader for
   * the parent of its own ones. */
  private def createContext(conf: SparkConf): SparkContext = {
    val thread = Thread.currentThread
    val before = thread.getContextClassLoader
    thread.setContextClassLoader(new LocalClasses(before))
    try {
      val context = new SparkContext(conf)
      LocalClasses.unbind(SparkEnv.get.serializer)
      context
    } finally thread.setContextClassLoader(before)
  }
}
