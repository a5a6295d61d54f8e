package io.hydrosphere.mist.worker

import scala.collection.JavaConverters._

import io.hydrosphere.mist.worker.protocol._
import org.scalatest.funsuite.AnyFunSuite

class ReportQueueTest extends AnyFunSuite {
  private val job = new AttemptId("job", 1)
  private val other = new AttemptId("other", 1)

  private def started(id: AttemptId): ReportBody = ReportBody.started(new Started(id, 0))
  private def finished(id: AttemptId): ReportBody = ReportBody.finished(new Finished(id, 0))
  private def line(text: String): LogLine = new LogLine(0, LogLevel.INFO, text)

  private def queue(limits: ReportQueue.Limits = ReportQueue.Limits()): ReportQueue = {
    val reports = new ReportQueue(limits)
    reports.begin(job)
    reports.begin(other)
    reports
  }

  private def take(reports: ReportQueue, generation: Long): Seq[Report] =
    reports.take(generation, idleMs = 60000).get.asScala.toSeq

  private def messages(report: Report): Seq[String] =
    report.getBody.getLog_lines.getLines.asScala.map(_.getMessage).toSeq

  test("numbers reports from 1 without gaps") {
    val reports = queue()
    val generation = reports.connected(0)
    reports.add(job, started(job), last = false)
    reports.addLine(job, line("a"))
    reports.add(job, finished(job), last = true)
    assert(take(reports, generation).map(_.getNumber) == Seq(1, 2, 3))
  }

  test("lines of an attempt that follow each other travel in one report") {
    val reports = queue()
    val generation = reports.connected(0)
    reports.addLine(job, line("a"))
    reports.addLine(other, line("x"))
    reports.addLine(job, line("b"))
    assert(take(reports, generation).map(messages) == Seq(Seq("a", "b"), Seq("x")))
  }

  test("a line after another report of its attempt does not overtake it") {
    val reports = queue()
    val generation = reports.connected(0)
    reports.addLine(job, line("a"))
    reports.add(job, started(job), last = false)
    reports.addLine(job, line("b"))
    val bodies = take(reports, generation).map(_.getBody)
    assert(bodies.map(_.isSetLog_lines) == Seq(true, false, true))
  }

  test("of progress only the newest is sent") {
    val reports = queue()
    val generation = reports.connected(0)
    def progress(id: AttemptId, tasks: Long) = new SparkProgress().setId(id).setTasks(tasks)
    def told = take(reports, generation).map(_.getBody.getSpark_progress.getTasks)
    reports.setProgress(job, progress(job, 1))
    reports.setProgress(other, progress(other, 2))
    reports.setProgress(job, progress(job, 3))
    assert(told == Seq(3, 2))
    reports.setProgress(job, progress(job, 4))
    assert(told == Seq(4))
    reports.add(job, finished(job), last = true)
    take(reports, generation)
    reports.setProgress(job, progress(job, 5))
    assert(reports.newest == 4)
  }

  test("lines after the end of an attempt are ignored") {
    val reports = queue()
    val generation = reports.connected(0)
    reports.add(job, finished(job), last = true)
    reports.addLine(job, line("late"))
    assert(take(reports, generation).size == 1)
    assert(reports.oldestKept == 1)
  }

  test("that an attempt has begun travels with its end") {
    val reports = queue(ReportQueue.Limits(progressDelayMs = 60000))
    val generation = reports.connected(0)
    reports.add(job, started(job), last = false)
    assert(reports.take(generation, idleMs = 0).get.size == 1) // a heartbeat takes it along as well
    reports.add(other, started(other), last = false)
    reports.add(other, finished(other), last = true)
    assert(take(reports, generation).map(_.getNumber) == Seq(2, 3))
  }

  test("that an attempt has begun is told soon") {
    val reports = queue()
    val generation = reports.connected(0)
    reports.add(job, started(job), last = false)
    assert(take(reports, generation).map(_.getNumber) == Seq(1))
  }

  test("a new session gets what the master has not received, and only that") {
    val reports = queue()
    val first = reports.connected(0)
    reports.add(job, started(job), last = false)
    reports.add(job, finished(job), last = true)
    take(reports, first)
    val second = reports.connected(receivedThrough = 1)
    assert(take(reports, second).map(_.getNumber) == Seq(2))
  }

  test("keeps reports until they are durable") {
    val reports = queue()
    take({ reports.add(job, started(job), last = false); reports }, reports.connected(0))
    assert(reports.oldestKept == 1)
    reports.confirm(1)
    assert(reports.oldestKept == 2)
    assert(reports.awaitDurable(0))
  }

  test("the connection before gets nothing any more") {
    val reports = queue()
    val first = reports.connected(0)
    reports.connected(0)
    reports.add(job, started(job), last = false)
    assert(reports.take(first, 0).isEmpty)
  }

  test(
    "a full queue makes the writer wait until lines are durable, and drops nothing while connected"
  ) {
    val reports = queue(ReportQueue.Limits(lineDelayMs = 0, maxLineBytes = 1000, pressureMs = 1))
    val generation = reports.connected(0)
    val writer = new Thread(() => (1 to 200).foreach(n => reports.addLine(job, line(s"line $n"))))
    writer.start()
    val received = Iterator
      .continually(take(reports, generation))
      .flatMap { batch =>
        batch.lastOption.foreach(report => reports.confirm(report.getNumber))
        batch
      }
      .flatMap(report =>
        messages(report) ++ Seq.fill(report.getBody.getLog_lines.getDropped.toInt)("dropped")
      )
      .take(200)
      .toList
    assert(received == (1 to 200).map(n => s"line $n").toList)
    writer.join()
  }

  test("lines are counted as dropped when the master is away for longer than the patience") {
    val reports = queue(ReportQueue.Limits(maxLineBytes = 100, patienceMs = 0))
    (1 to 10).foreach(n => reports.addLine(job, line(s"line $n")))
    val lines = take(reports, reports.connected(0)).map(_.getBody.getLog_lines)
    assert(lines.map(_.getLines.size).sum == 1)
    assert(lines.map(_.getDropped).sum == 9)
  }
}
