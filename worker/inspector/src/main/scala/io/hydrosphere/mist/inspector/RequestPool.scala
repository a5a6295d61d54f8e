package io.hydrosphere.mist.inspector

import java.time.Duration
import java.util.concurrent._
import java.util.concurrent.atomic.{AtomicBoolean, AtomicInteger}

/** Runs requests on a bounded number of threads, each request for a limited time. A request that is
  * too late is interrupted and answered for; a thread that does not heed the interruption is given
  * up and replaced, so that the others go on. `tooManyStuck` is called once more than `stuckAtMost`
  * threads are given up.
  */
final class RequestPool(atOnce: Int, stuckAtMost: Int, tooManyStuck: () => Unit) {

  private val stuck = new AtomicInteger
  private val workers = new ThreadPoolExecutor(
    atOnce,
    atOnce + stuckAtMost + 1,
    0,
    TimeUnit.SECONDS,
    new LinkedBlockingQueue[Runnable],
    daemons("request")
  )
  private val timer = new ScheduledThreadPoolExecutor(1, daemons("timer"))
  timer.setRemoveOnCancelPolicy(true)

  /** `work` returns how to answer; exactly one of that answer and `onLate` is run. */
  def submit(timeout: Duration, onLate: () => Unit)(work: () => () => Unit): Unit = {
    val settled = new AtomicBoolean
    val entry = new Entry
    val future = workers.submit((() => entry.run(settled, work)): Runnable)
    val alarm: Runnable = () =>
      if (settled.compareAndSet(false, true)) {
        future.cancel(true)
        entry.giveUp()
        onLate()
      }
    entry.alarm = timer.schedule(alarm, timeout.toMillis, TimeUnit.MILLISECONDS)
  }

  // One submitted request: waiting, then running, then done; or given up while it runs.
  private final class Entry {
    @volatile var alarm: ScheduledFuture[_] = _
    private var running = false // guarded by this
    private var givenUp = false // guarded by this

    def run(settled: AtomicBoolean, work: () => () => Unit): Unit = {
      synchronized { running = true }
      try {
        val answer = work()
        if (settled.compareAndSet(false, true)) answer()
      } finally finish()
    }

    def giveUp(): Unit = synchronized {
      if (running) {
        givenUp = true
        resize(stuck.incrementAndGet())
      }
    }

    private def finish(): Unit = synchronized {
      running = false
      if (givenUp) resize(stuck.decrementAndGet())
      Option(alarm).foreach(_.cancel(false))
    }
  }

  private def resize(stuckNow: Int): Unit =
    if (stuckNow > stuckAtMost) tooManyStuck() else workers.setCorePoolSize(atOnce + stuckNow)

  private def daemons(name: String): ThreadFactory = task => {
    val thread = new Thread(task, s"inspector-$name")
    thread.setDaemon(true)
    thread
  }
}
