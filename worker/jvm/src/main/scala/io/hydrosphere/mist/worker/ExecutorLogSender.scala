package io.hydrosphere.mist.worker

import java.util.ArrayDeque

import scala.collection.mutable
import scala.util.control.NonFatal

import io.hydrosphere.mist.worker.protocol.LogLevel

/** An executor's lines on their way to the driver: a bounded queue and one thread that sends
  * batches and waits for the answer. Adding never waits; lines that find the queue full are
  * counted, and their job's log says how many there were.
  */
final class ExecutorLogSender(
    send: Array[Array[String]] => Unit,
    maxLines: Int = 10000,
    maxChars: Int = 8 << 20
) {
  import ExecutorLogSender._

  private val queue = new ArrayDeque[ExecutorLine] // guarded by this, like what follows
  private var chars = 0
  private val dropped = mutable.Map.empty[String, Int] // by job
  private var added = 0L
  private var settled = 0L // of those added: sent, or lost
  private var stopping = false

  /* How many lines had been added when this thread added its last one. */
  private val addedByThread = new ThreadLocal[java.lang.Long]
  private val thread = new HarnessThread("mist-executor-logs")(sendAll())

  def start(): Unit = thread.start()

  def add(line: ExecutorLine): Unit = synchronized {
    val size = sizeOf(line)
    if (queue.size >= maxLines || chars + size > maxChars)
      drop(line.jobId, 1)
    else {
      queue.add(line)
      chars += size
      added += 1
      addedByThread.set(added)
    }
    notifyAll()
  }

  /** A task is about to end, and with it perhaps its job: what its thread has logged is given a
    * moment to arrive first.
    */
  def flush(): Unit = {
    val mine = addedByThread.get()
    if (mine != null) {
      addedByThread.remove()
      val deadline = System.nanoTime() + FlushNanos
      synchronized {
        var left = FlushNanos
        while (settled < mine && !stopping && left > 0) {
          wait(left / 1000000 + 1)
          left = deadline - System.nanoTime()
        }
      }
    }
  }

  def stop(): Unit = synchronized {
    stopping = true
    notifyAll()
  }

  private def sendAll(): Unit =
    Iterator.continually(nextBatch()).takeWhile(_.nonEmpty).foreach { batch =>
      val arrived =
        try {
          send(batch.toArrays)
          true
        } catch { case NonFatal(_) => false }
      settle(batch, arrived)
    }

  /** Empty when there will be none any more. */
  private def nextBatch(): Batch = synchronized {
    while (queue.isEmpty && dropped.isEmpty && !stopping) wait()
    val lines = mutable.ArrayBuffer.empty[ExecutorLine]
    while (!queue.isEmpty && lines.size < BatchLines) {
      val line = queue.poll()
      chars -= sizeOf(line)
      lines += line
    }
    val batch = Batch(lines.toSeq, dropped.toMap)
    dropped.clear()
    batch
  }

  private def settle(batch: Batch, arrived: Boolean): Unit = synchronized {
    settled += batch.lines.size
    if (!arrived) {
      batch.dropped.foreach { case (job, count) => drop(job, count) }
      batch.lines.foreach(line => drop(line.jobId, 1))
    }
    notifyAll()
    if (!arrived && !stopping) wait(RetryMs) // the driver is gone or very busy
  }

  private def drop(jobId: String, count: Int): Unit =
    dropped(jobId) = dropped.getOrElse(jobId, 0) + count
}

object ExecutorLogSender {
  private val BatchLines = 500
  private val FlushNanos = 500000000L
  private val RetryMs = 1000L

  private final case class Batch(lines: Seq[ExecutorLine], dropped: Map[String, Int]) {
    def nonEmpty: Boolean = lines.nonEmpty || dropped.nonEmpty

    def toArrays: Array[Array[String]] =
      (lines ++ dropped.map { case (job, count) => notice(job, count) }).map(_.toArray).toArray
  }

  private def notice(jobId: String, count: Int): ExecutorLine = ExecutorLine(
    jobId,
    System.currentTimeMillis(),
    LogLevel.WARN,
    s"$count lines of an executor's log were lost on the way",
    None
  )

  private def sizeOf(line: ExecutorLine): Int =
    line.message.length + line.stackTrace.fold(0)(_.length)
}
