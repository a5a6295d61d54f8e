package io.hydrosphere.mist.worker

import io.hydrosphere.mist.worker.protocol.LogLevel
import org.apache.logging.log4j.Level
import org.scalatest.funsuite.AnyFunSuite

class JobLogAppenderTest extends AnyFunSuite {
  test("the levels of a job log keep their name") {
    assert(JobLogAppender.translate(Level.DEBUG, "m") == ((LogLevel.DEBUG, "m")))
    assert(JobLogAppender.translate(Level.ERROR, "m") == ((LogLevel.ERROR, "m")))
  }

  test("other levels are named in the text of an INFO line") {
    assert(JobLogAppender.translate(Level.FATAL, "m") == ((LogLevel.INFO, "FATAL - m")))
    assert(JobLogAppender.translate(Level.TRACE, "m") == ((LogLevel.INFO, "TRACE - m")))
  }
}
