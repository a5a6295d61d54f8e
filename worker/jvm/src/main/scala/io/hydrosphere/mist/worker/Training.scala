package io.hydrosphere.mist.worker

import scala.util.control.NonFatal

import io.hydrosphere.mist.worker.protocol._
import org.apache.spark.sql.SparkSession
import org.apache.thrift.protocol.TBinaryProtocol
import org.apache.thrift.transport.TMemoryBuffer

/** A run without a master that loads what workers load, for a JVM that writes an archive of its
  * classes at exit.
  */
object Training {
  def run(): Int =
    try {
      val driver = SparkDriver.start("mist-training")
      exerciseProtocol()
      driver.asJob("training", _ => ()) {
        driver.context.parallelize(1 to 10, 2).map(_ * 2).sum()
        SparkSession.builder().getOrCreate().sql("select 1").collect()
      }
      driver.context.stop()
      0
    } catch {
      case NonFatal(e) =>
        e.printStackTrace()
        1
    }

  private def exerciseProtocol(): Unit = {
    val reports = new ReportQueue
    val reporter = new JobReporter(new AttemptId("training", 1), 1000, reports)
    reporter.started()
    reporter.line(0, LogLevel.INFO, "training")
    reporter.finished(Array[Byte]('1'))
    val memory = new TMemoryBuffer(1000)
    val client = new WorkerMaster.Client(new TBinaryProtocol(memory))
    reports.take(reports.connected(0), 0).foreach(batch => client.send_report("training", batch))
  }
}
