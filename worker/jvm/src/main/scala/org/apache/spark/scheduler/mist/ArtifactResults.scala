package org.apache.spark.scheduler.mist

import java.nio.ByteBuffer
import java.util.concurrent.{ExecutorService, LinkedBlockingQueue, ThreadPoolExecutor, TimeUnit}

import org.apache.spark.{SparkContext, SparkEnv, TaskState}
import org.apache.spark.scheduler.{TaskResultGetter, TaskSchedulerImpl, TaskSetManager}
import org.apache.spark.serializer.SerializerInstance
import org.apache.spark.util.ThreadUtils

/** Results of tasks may hold objects of the artifact's own classes. Spark reads them on threads of
  * its own, which know no artifact; ours read them with the class loader of the artifact whose sha
  * the task's job carries in `property`.
  */
final class ArtifactResults private (
    env: SparkEnv,
    scheduler: TaskSchedulerImpl,
    property: String,
    loaderOf: String => Option[ClassLoader]
) extends TaskResultGetter(env, scheduler) {

  private val wanted = new ThreadLocal[Option[ClassLoader]] {
    override def initialValue(): Option[ClassLoader] = None
  }

  override protected val getTaskResultExecutor: ExecutorService =
    new ReadingThreads(env.conf.getInt("spark.resultGetter.threads", 4))

  // An instance takes the context class loader of the moment in which it is made.
  override protected val taskResultSerializer: ThreadLocal[SerializerInstance] =
    new ThreadLocal[SerializerInstance] {
      override def get(): SerializerInstance = env.serializer.newInstance()
    }

  override def enqueueSuccessfulTask(tasks: TaskSetManager, id: Long, data: ByteBuffer): Unit =
    reading(tasks)(super.enqueueSuccessfulTask(tasks, id, data))

  override def enqueueFailedTask(
      tasks: TaskSetManager,
      id: Long,
      state: TaskState.TaskState,
      data: ByteBuffer
  ): Unit = reading(tasks)(super.enqueueFailedTask(tasks, id, state, data))

  /* Both hand a piece of work to the threads before they return. */
  private def reading(tasks: TaskSetManager)(enqueue: => Unit): Unit = {
    wanted.set(for {
      properties <- Option(tasks.taskSet.properties)
      sha256 <- Option(properties.getProperty(property))
      loader <- loaderOf(sha256)
    } yield loader)
    try enqueue
    finally wanted.remove()
  }

  private final class ReadingThreads(count: Int)
      extends ThreadPoolExecutor(
        count,
        count,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue[Runnable],
        ThreadUtils.namedThreadFactory("task-result-getter")
      ) {
    override def execute(work: Runnable): Unit = {
      val loader = wanted.get
      super.execute(() => inLoader(loader)(work.run()))
    }
  }

  private def inLoader(loader: Option[ClassLoader])(work: => Unit): Unit = {
    val thread = Thread.currentThread
    val before = thread.getContextClassLoader
    loader.foreach(thread.setContextClassLoader)
    try work
    finally thread.setContextClassLoader(before)
  }
}

object ArtifactResults {

  /** Before the first task of the context. */
  def install(context: SparkContext, property: String)(
      loaderOf: String => Option[ClassLoader]
  ): Unit =
    context.taskScheduler match {
      case scheduler: TaskSchedulerImpl =>
        val before = scheduler.taskResultGetter
        scheduler.taskResultGetter = new ArtifactResults(context.env, scheduler, property, loaderOf)
        before.stop()
      case _ => // a scheduler of a stranger: results hold Spark's and Java's classes only
    }
}
