package io.hydrosphere.mist.worker

import java.lang.{Long => JLong}
import java.util.{ArrayList, HashMap => JHashMap, HashSet => JHashSet, List => JList}
import java.util.{LinkedHashMap, Map => JMap}

import io.hydrosphere.mist.worker.protocol._

/** The attempts that run in this worker. The link's thread starts and cancels them, their own
  * threads take them out; any thread looks. The master never has more of them run than it allows
  * itself (jobs_per_worker), so there is no queue here.
  */
final class Jobs(services: JobServices, afterEach: () => Unit) {
  private val running = new JHashMap[AttemptId, JobRun] // guarded by this
  private val ordered = new JHashSet[AttemptId] // by commands that may come again; guarded by this

  /** A command that was not confirmed comes again with the next session, when its attempt may have
    * ended already.
    */
  def run(order: RunJob): Unit = {
    val fresh = synchronized {
      if (running.containsKey(order.getId) || !ordered.add(order.getId)) None
      else {
        val job = new JobRun(order, services, leave)
        running.put(order.getId, job)
        Some(job)
      }
    }
    fresh.foreach(_.start())
  }

  /** No order so far comes again. */
  def forgetOrders(): Unit = synchronized(ordered.clear())

  def cancel(order: CancelJob): Unit =
    synchronized(Option(running.get(order.getId))).foreach(_.cancel())

  /** Milliseconds since each came. */
  def ages: JMap[AttemptId, JLong] = synchronized {
    val ages = new LinkedHashMap[AttemptId, JLong]
    running.forEach((id, job) => ages.put(id, job.ageMs): Unit)
    ages
  }

  def all: JList[JobRun] = synchronized(new ArrayList(running.values))

  def find(jobId: String): Option[JobRun] = synchronized {
    val matching = running.values.stream.filter(_.id.getJob_id == jobId).findAny
    if (matching.isPresent) Some(matching.get) else None
  }

  def isIdle: Boolean = synchronized(running.isEmpty)

  def awaitIdle(): Unit = synchronized {
    while (!running.isEmpty) wait()
  }

  private def leave(job: JobRun): Unit = {
    synchronized {
      running.remove(job.id)
      notifyAll()
    }
    afterEach()
  }
}
