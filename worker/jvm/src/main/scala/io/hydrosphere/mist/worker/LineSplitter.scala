package io.hydrosphere.mist.worker

import java.io.ByteArrayOutputStream
import java.nio.charset.StandardCharsets.UTF_8

/** Makes lines of bytes as they come in; a longer line than `maxBytes` becomes several. Bytes that
  * are not UTF-8 are marked.
  */
final class LineSplitter(maxBytes: Int, sink: String => Unit) {
  private val line = new ByteArrayOutputStream

  def add(bytes: Array[Byte], length: Int): Unit = {
    var start = 0
    for (at <- 0 until length if bytes(at) == '\n') {
      line.write(bytes, start, at - start)
      emit()
      start = at + 1
    }
    line.write(bytes, start, length - start)
    if (line.size >= maxBytes) emit()
  }

  def end(): Unit = if (line.size > 0) emit()

  private def emit(): Unit = {
    sink(line.toString(UTF_8).stripSuffix("\r"))
    line.reset()
  }
}
