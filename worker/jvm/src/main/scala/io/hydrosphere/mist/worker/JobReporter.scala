package io.hydrosphere.mist.worker

import java.io.{PrintWriter, StringWriter}
import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import io.hydrosphere.mist.worker.protocol._

/** The reports of one attempt, in the order that the protocol wants. Any thread. */
final class JobReporter(id: AttemptId, maxLineBytes: Int, reports: ReportQueue) {
  reports.begin(id)

  def downloading(): Unit =
    reports.add(id, ReportBody.downloading(new Downloading(id, now())), last = false)

  def started(): Unit = reports.add(id, ReportBody.started(new Started(id, now())), last = false)

  /** May wait, see [[ReportQueue.addLine]]. */
  def line(
      timeMs: Long,
      level: LogLevel,
      message: String,
      stackTrace: Option[String] = None
  ): Unit = {
    val line = new LogLine(timeMs, level, cut(message))
    stackTrace.foreach(text => line.setStack_trace(cut(text)))
    reports.addLine(id, line)
  }

  /** Takes the place of what was told before. */
  def progress(progress: SparkProgress): Unit = reports.setProgress(id, progress.setId(id))

  def finished(result: Array[Byte]): Unit = {
    for (offset <- result.indices by workerConstants.kChunkBytes) {
      val length = math.min(workerConstants.kChunkBytes, result.length - offset)
      val chunk = new ResultChunk(id, ByteBuffer.wrap(result, offset, length))
      reports.add(id, ReportBody.result_chunk(chunk), last = false)
    }
    reports.add(id, ReportBody.finished(new Finished(id, now())), last = true)
  }

  def failed(error: Throwable): Unit = {
    val text = Text.cut(JobReporter.stackTrace(error), JobReporter.MaxErrorBytes)
    reports.add(id, ReportBody.failed(new Failed(id, now(), text)), last = true)
  }

  def cancelled(): Unit =
    reports.add(id, ReportBody.cancelled(new Cancelled(id, now())), last = true)

  private def cut(text: String): String = Text.cut(text, maxLineBytes)

  private def now(): Long = System.currentTimeMillis()
}

object JobReporter {
  private val MaxErrorBytes = 1 << 20

  def stackTrace(error: Throwable): String = {
    val text = new StringWriter
    error.printStackTrace(new PrintWriter(text))
    text.toString
  }
}

object Text {
  private val Mark = " ... (cut)"

  /** The text in at most `maxBytes` of UTF-8; what is cut is marked. */
  def cut(text: String, maxBytes: Int): String =
    if (text.length <= maxBytes / 3) text // three bytes are the most that one char takes
    else {
      val bytes = text.getBytes(UTF_8)
      if (bytes.length <= maxBytes) text else head(bytes, maxBytes - Mark.length) + Mark
    }

  // The cut must not split a character: its later bytes are 10xxxxxx.
  private def head(bytes: Array[Byte], maxBytes: Int): String = {
    var end = math.max(0, maxBytes)
    while (end > 0 && (bytes(end) & 0xc0) == 0x80) end -= 1
    new String(bytes, 0, end, UTF_8)
  }
}
