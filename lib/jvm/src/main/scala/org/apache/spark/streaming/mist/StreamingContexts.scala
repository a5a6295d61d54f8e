package org.apache.spark.streaming.mist

import java.util.concurrent.{ThreadFactory, ThreadPoolExecutor}

import org.apache.spark.{JobArtifactSet, JobArtifactState, SparkContext}
import org.apache.spark.streaming.{Duration, StreamingContext}
import org.apache.spark.streaming.scheduler.JobScheduler

/** Streaming contexts whose batches see the classes that the creating thread sees. Spark runs
  * batches on threads of its own, and what those see is bound to the thread.
  */
object StreamingContexts {

  def create(sc: SparkContext, batch: Duration): StreamingContext = {
    val streaming = new StreamingContext(sc, batch)
    val threads = batchThreads(streaming.scheduler)
    threads.setThreadFactory(
      inheriting(
        threads.getThreadFactory,
        JobArtifactSet.getCurrentJobArtifactState,
        Thread.currentThread.getContextClassLoader
      )
    )
    streaming
  }

  // No batch has run yet, so it has no thread yet.
  private def batchThreads(scheduler: JobScheduler): ThreadPoolExecutor = {
    val field = classOf[JobScheduler].getDeclaredField("jobExecutor")
    field.setAccessible(true)
    field.get(scheduler).asInstanceOf[ThreadPoolExecutor]
  }

  private def inheriting(
      factory: ThreadFactory,
      artifact: Option[JobArtifactState],
      loader: ClassLoader
  ): ThreadFactory = { work =>
    val thread = factory.newThread(() =>
      artifact.fold(work.run())(JobArtifactSet.withActiveJobArtifactState(_)(work.run()))
    )
    thread.setContextClassLoader(loader)
    thread
  }
}
