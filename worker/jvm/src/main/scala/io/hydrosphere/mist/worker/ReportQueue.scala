package io.hydrosphere.mist.worker

import java.util.{ArrayDeque, ArrayList, HashMap => JHashMap, HashSet => JHashSet, List => JList}
import java.util.concurrent.TimeUnit.NANOSECONDS

import io.hydrosphere.mist.worker.ReportQueue._
import io.hydrosphere.mist.worker.protocol._

/** Everything the worker has to tell the master, numbered, in order, kept until the master calls it
  * durable.
  *
  * Jobs and the log appender add from any thread; the link's report thread takes batches and
  * confirms them. The end of an attempt is due at once, as is what the worker says of itself. That
  * an attempt has begun is due after `progressDelayMs`, so that all reports of a short one travel
  * together and cost the master one write to the disk; log lines are due after `lineDelayMs` or
  * when there are many of them. What is due takes along whatever came before it. Lines of one
  * attempt that follow each other become one report as long as it was not sent, and so does
  * progress of its Spark work, of which only the newest counts.
  *
  * Memory: results are slices of one array and other reports are small. Log lines are bounded: when
  * `maxLineBytes` of them are not durable, `addLine` waits, so that a job cannot log faster than
  * the master writes. With the master gone for longer than `patienceMs` lines are counted as
  * dropped instead, and the job goes on.
  */
final class ReportQueue(limits: Limits = Limits()) {
  private val unsent = new ArrayDeque[Entry]
  private val sent = new ArrayDeque[Entry]
  private val active = new JHashSet[AttemptId]
  private val openLines = new JHashMap[AttemptId, Entry] // unsent reports that still take lines
  private val openProgress = new JHashMap[AttemptId, Entry] // unsent, to be replaced by newer ones
  private var lastNumber = 0L
  private var unsentUrgent = 0
  private var unsentProgress = 0
  private var firstProgressAt = 0L // when the oldest unsent progress came
  private var unsentLineBytes = 0L
  private var keptLineBytes = 0L
  private var firstLineAt = 0L // when the oldest unsent line came
  private var waiting = 0 // threads that cannot go on before a reply says what is durable
  private var generation = 0L
  private var disconnectedAt: Option[Long] = Some(now())
  private var closed = false

  /** Lines of the attempt are welcome until its last report is added. */
  def begin(id: AttemptId): Unit = synchronized { active.add(id): Unit }

  def add(body: ReportBody): Unit = synchronized { append(body, Urgent) }

  /** Adds a report of an attempt; `last` ends the attempt. */
  def add(id: AttemptId, body: ReportBody, last: Boolean): Unit = synchronized {
    openLines.remove(id)
    if (last) {
      active.remove(id)
      openProgress.remove(id)
    }
    append(body, if (last) Urgent else Progress)
  }

  def addLine(id: AttemptId, line: LogLine): Unit = synchronized {
    val weight = weightOf(line)
    val room = awaitRoom(weight)
    if (active.contains(id)) {
      val entry = openEntry(id)
      if (room) take(entry, line, weight) else entry.lines.setDropped(entry.lines.getDropped + 1)
    }
  }

  /** How far the attempt is; takes the place of a report of that which was not sent. */
  def setProgress(id: AttemptId, progress: SparkProgress): Unit = synchronized {
    if (active.contains(id)) {
      val body = ReportBody.spark_progress(progress)
      val open = openProgress.get(id)
      if (open != null) open.body = body else openProgress.put(id, append(body, Progress)): Unit
    }
  }

  /** Waits for something to send, at most `idleMs`; an empty list is a heartbeat. None: the
    * connection that `generation` stands for is not the current one any more.
    */
  def take(generation: Long, idleMs: Long): Option[JList[Report]] = synchronized {
    val since = now()
    var left = waitFor(since, idleMs)
    while (left > 0 && generation == this.generation && !closed) {
      wait(left)
      left = waitFor(since, idleMs)
    }
    if (generation == this.generation && !closed) Some(takeBatch()) else None
  }

  /** The master has `durableThrough` on disk. */
  def confirm(durableThrough: Long): Unit = synchronized {
    dropThrough(sent, durableThrough)
    if (waiting > 0) notifyAll()
  }

  /** A new session: what the master has not received is sent again. Returns the session's
    * generation.
    */
  def connected(receivedThrough: Long): Long = synchronized {
    while (!sent.isEmpty && sent.peekLast.number > receivedThrough) putBack(sent.pollLast())
    while (!unsent.isEmpty && unsent.peekFirst.number <= receivedThrough) sent.add(takeFirst())
    disconnectedAt = None
    generation += 1
    notifyAll()
    generation
  }

  def disconnected(): Unit = synchronized {
    if (disconnectedAt.isEmpty) disconnectedAt = Some(now())
    generation += 1
    notifyAll()
  }

  def oldestKept: Long = synchronized {
    if (!sent.isEmpty) sent.peekFirst.number
    else if (!unsent.isEmpty) unsent.peekFirst.number
    else lastNumber + 1
  }

  /** The number of the last report that was added; 0 before the first. */
  def newest: Long = synchronized(lastNumber)

  /** Waits until the master has called everything durable; false when it takes longer than
    * `timeoutMs`.
    */
  def awaitDurable(timeoutMs: Long): Boolean = synchronized {
    val deadline = now() + timeoutMs
    waiting += 1
    notifyAll()
    while (!isEmpty && !closed && deadline > now()) wait(math.max(1, deadline - now()))
    waiting -= 1
    isEmpty
  }

  def close(): Unit = synchronized {
    closed = true
    notifyAll()
  }

  private def isEmpty: Boolean = unsent.isEmpty && sent.isEmpty

  private def append(body: ReportBody, kind: Kind): Entry = {
    lastNumber += 1
    val entry = new Entry(lastNumber, body, kind)
    unsent.add(entry)
    if (kind == Progress && unsentProgress == 0) firstProgressAt = now()
    count(entry, 1)
    if (kind == Urgent || kind == Progress && unsentProgress == 1) notifyAll()
    entry
  }

  private def count(entry: Entry, change: Int): Unit = entry.kind match {
    case Urgent => unsentUrgent += change
    case Progress => unsentProgress += change
    case Lines => unsentLineBytes += change * entry.lineBytes
  }

  private def openEntry(id: AttemptId): Entry = {
    val open = openLines.get(id)
    if (open != null && open.lineBytes < limits.maxReportLineBytes) open
    else {
      val entry = append(ReportBody.log_lines(new LogLines(id, new ArrayList[LogLine], 0)), Lines)
      openLines.put(id, entry)
      entry
    }
  }

  private def take(entry: Entry, line: LogLine, weight: Long): Unit = {
    val wasEmpty = unsentLineBytes == 0
    entry.lines.addToLines(line)
    entry.lineBytes += weight
    unsentLineBytes += weight
    keptLineBytes += weight
    if (wasEmpty) firstLineAt = now()
    if (wasEmpty || unsentLineBytes >= limits.linesAtOnceBytes) notifyAll()
  }

  private def awaitRoom(weight: Long): Boolean = {
    waiting += 1
    try {
      while (isFull(weight) && patience() > 0) {
        notifyAll()
        wait(patience())
      }
      !isFull(weight)
    } catch {
      case _: InterruptedException =>
        Thread.currentThread.interrupt()
        false
    } finally waiting -= 1
  }

  private def isFull(weight: Long): Boolean =
    keptLineBytes > 0 && keptLineBytes + weight > limits.maxLineBytes

  private def patience(): Long =
    if (closed) 0
    else disconnectedAt.fold(limits.patienceMs)(since => since + limits.patienceMs - now())

  /** How long a `take` that began at `since` has to wait still; not positive when something is due.
    */
  private def waitFor(since: Long, idleMs: Long): Long = {
    val linesDue =
      if (unsentLineBytes >= limits.linesAtOnceBytes) 0L
      else if (unsentLineBytes > 0) firstLineAt + limits.lineDelayMs
      else Long.MaxValue
    val progressDue =
      if (unsentProgress > 0) firstProgressAt + limits.progressDelayMs else Long.MaxValue
    // What somebody waits for comes with a reply, so ask for one soon.
    val replyDue = since + (if (waiting > 0) limits.pressureMs else idleMs)
    if (unsentUrgent > 0) 0 else math.min(math.min(linesDue, progressDue), replyDue) - now()
  }

  private def takeBatch(): JList[Report] = {
    val batch = new ArrayList[Report]
    var bytes = 0L
    while (
      !unsent.isEmpty && (batch.isEmpty || bytes + unsent.peekFirst.weight <= limits.maxBatchBytes)
    ) {
      val entry = takeFirst()
      bytes += entry.weight
      sent.add(entry)
      batch.add(new Report(entry.number, entry.body))
    }
    batch
  }

  private def takeFirst(): Entry = {
    val entry = unsent.pollFirst()
    count(entry, -1)
    if (entry.kind == Lines) openLines.remove(entry.lines.getId, entry)
    else if (entry.body.isSetSpark_progress)
      openProgress.remove(entry.body.getSpark_progress.getId, entry)
    entry
  }

  private def putBack(entry: Entry): Unit = {
    unsent.addFirst(entry)
    count(entry, 1)
  }

  private def dropThrough(entries: ArrayDeque[Entry], through: Long): Unit =
    while (!entries.isEmpty && entries.peekFirst.number <= through)
      keptLineBytes -= entries.pollFirst().lineBytes

  private def now(): Long = NANOSECONDS.toMillis(System.nanoTime())
}

object ReportQueue {

  /** Times are in milliseconds. */
  final case class Limits(
      progressDelayMs: Long = 2, // nobody sees that a job began so much later
      lineDelayMs: Long = 50, // a log line is seen soon, and yet lines travel in batches
      linesAtOnceBytes: Long = 256 << 10,
      maxReportLineBytes: Long =
        512 << 10, // well below kMaxMessageBytes, with the longest line on top
      maxBatchBytes: Long = 4 << 20,
      maxLineBytes: Long = 8 << 20,
      patienceMs: Long = 30000, // longer than a master takes to restart
      pressureMs: Long = 20
  )

  private sealed trait Kind
  private case object Urgent extends Kind
  private case object Progress extends Kind
  private case object Lines extends Kind

  private final class Entry(val number: Long, var body: ReportBody, val kind: Kind) {
    var lineBytes = 0L
    def lines: LogLines = body.getLog_lines
    def weight: Long = {
      val payload = if (body.isSetResult_chunk) body.getResult_chunk.bufferForBytes.remaining else 0
      lineBytes + payload + 100
    }
  }

  private def weightOf(line: LogLine): Long =
    line.getMessage.length.toLong + Option(line.getStack_trace).fold(0)(_.length) + 64
}
