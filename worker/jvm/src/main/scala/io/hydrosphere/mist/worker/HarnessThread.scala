package io.hydrosphere.mist.worker

/** A thread of the harness itself. The log appender takes nothing from it: such a thread may be the
  * one that has to empty the queue which a full log writer waits for, and what it logs is no job's
  * business.
  */
final class HarnessThread(name: String)(body: => Unit) extends Thread(() => body, name) {
  setDaemon(true)
}

object HarnessThread {
  def start(name: String)(body: => Unit): HarnessThread = {
    val thread = new HarnessThread(name)(body)
    thread.start()
    thread
  }
}
