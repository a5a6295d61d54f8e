package io.hydrosphere.mist.worker

import java.util.concurrent.{CountDownLatch, LinkedBlockingQueue, Semaphore, TimeUnit}

import io.hydrosphere.mist.worker.protocol.LogLevel
import org.apache.spark.SparkConf
import org.scalatest.funsuite.AnyFunSuite

class ExecutorLogSenderTest extends AnyFunSuite {

  private def line(message: String, jobId: String = "job"): ExecutorLine =
    ExecutorLine(jobId, 17, LogLevel.INFO, message, None)

  /** What arrives, one line at a time; each batch has to be let through first. */
  private final class Driver {
    val gate = new Semaphore(0)
    val asked = new CountDownLatch(1)
    private val arrived = new LinkedBlockingQueue[ExecutorLine]

    def receive(batch: Array[Array[String]]): Unit = {
      asked.countDown()
      gate.acquire()
      batch.foreach(fields => arrived.put(ExecutorLine.of(fields)))
    }

    def next(): ExecutorLine = arrived.poll(30, TimeUnit.SECONDS)
    def isEmpty: Boolean = arrived.isEmpty
  }

  test("lines arrive as they were, in order") {
    val driver = new Driver
    driver.gate.release(100)
    val sender = new ExecutorLogSender(driver.receive)
    sender.start()
    val broken = ExecutorLine("other", 18, LogLevel.ERROR, "ouch", Some("at x\nat y"))
    Seq(line("one"), line("two"), broken).foreach(sender.add)
    assert(Seq.fill(3)(driver.next()) == Seq(line("one"), line("two"), broken))
    sender.stop()
  }

  test("adding never waits; what finds no room is counted in its job's log") {
    val driver = new Driver
    val sender = new ExecutorLogSender(driver.receive, maxLines = 2)
    sender.start()
    sender.add(line("under way"))
    assert(driver.asked.await(30, TimeUnit.SECONDS))
    (1 to 5).foreach(i => sender.add(line(s"line $i")))
    sender.add(line("another's", "other"))
    driver.gate.release(100)
    val messages = Seq.fill(5)(driver.next()).map(line => (line.jobId, line.message))
    assert(
      messages.toSet == Set(
        ("job", "under way"),
        ("job", "line 1"),
        ("job", "line 2"),
        ("job", "3 lines of an executor's log were lost on the way"),
        ("other", "1 lines of an executor's log were lost on the way")
      )
    )
    sender.stop()
  }

  test("a batch that the driver did not take is counted") {
    val driver = new Driver
    driver.gate.release(100)
    var failures = 1
    val sender = new ExecutorLogSender(batch =>
      if (failures > 0) {
        failures -= 1
        throw new java.io.IOException("the driver is gone")
      } else driver.receive(batch)
    )
    sender.start()
    sender.add(line("lost"))
    assert(driver.next().message == "1 lines of an executor's log were lost on the way")
    sender.stop()
  }

  test("a task's end waits until the driver has its lines, but not for ever") {
    val driver = new Driver
    val sender = new ExecutorLogSender(driver.receive)
    sender.start()
    sender.add(line("last words"))
    sender.flush() // the driver does not answer
    assert(driver.isEmpty)
    driver.gate.release(100)
    sender.add(line("more"))
    sender.flush()
    assert(driver.next().message == "last words")
    assert(driver.next().message == "more")
    sender.stop()
  }

  test("it is switched on where executors are processes that find this class") {
    def isWanted(settings: (String, String)*) =
      ExecutorLogs.isWanted(new SparkConf(false).setAll(settings))
    assert(isWanted("spark.master" -> "spark://host:7077"))
    assert(isWanted("spark.master" -> "local-cluster[2,1,1024]"))
    assert(!isWanted("spark.master" -> "local[*]"))
    assert(!isWanted("spark.master" -> "yarn"))
    assert(isWanted("spark.master" -> "yarn", ExecutorLogs.Setting -> "true"))
    assert(!isWanted("spark.master" -> "spark://host:7077", ExecutorLogs.Setting -> "false"))
  }
}
