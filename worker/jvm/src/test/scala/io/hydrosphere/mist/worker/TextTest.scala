package io.hydrosphere.mist.worker

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable.ArrayBuffer

import org.scalatest.funsuite.AnyFunSuite

class TextTest extends AnyFunSuite {
  test("a text within the limit stays as it is") {
    assert(Text.cut("ü" * 50, 100) == "ü" * 50)
  }

  test("a longer text is cut between characters and marked") {
    val cut = Text.cut("ü" * 60, 100)
    assert(cut.getBytes(UTF_8).length <= 100)
    assert(cut.matches("ü+ \\.\\.\\. \\(cut\\)"))
  }

  test("bytes become lines wherever the chunks end") {
    val lines = ArrayBuffer.empty[String]
    val splitter = new LineSplitter(maxBytes = 100, lines += _)
    for (chunk <- Seq("a\r\nb", "c\n\n", "d")) splitter.add(chunk.getBytes(UTF_8), chunk.length)
    splitter.end()
    assert(lines.toList == List("a", "bc", "", "d"))
  }

  test("an endless line becomes several") {
    val lines = ArrayBuffer.empty[String]
    val splitter = new LineSplitter(maxBytes = 4, lines += _)
    splitter.add("123456".getBytes(UTF_8), 6)
    splitter.add("78\n".getBytes(UTF_8), 3)
    assert(lines.toList == List("123456", "78"))
  }
}
