package io.hydrosphere.mist.worker

import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}

import scala.collection.JavaConverters._
import scala.util.Try

import io.hydrosphere.mist.worker.protocol._
import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.rdd.RDD
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

class ProgressListenerTest extends AnyFunSuite with BeforeAndAfterAll {
  private val Property = "test.job"
  private val listener = new ProgressListener(Property, periodMs = 1)
  private lazy val context = new SparkContext(
    new SparkConf()
      .setMaster("local[2]")
      .setAppName("progress")
      .set("spark.ui.enabled", "false")
      .set("spark.driver.host", "127.0.0.1")
  )

  override def beforeAll(): Unit = {
    context.setLogLevel("WARN")
    context.addSparkListener(listener)
  }
  override def afterAll(): Unit = context.stop()

  private class Reports {
    private val told = new LinkedBlockingQueue[SparkProgress]
    def add(progress: SparkProgress): Unit = told.put(progress)
    def isEmpty: Boolean = told.isEmpty

    /** The next report that is so. */
    def await(what: SparkProgress => Boolean): SparkProgress = {
      val report = told.poll(30, TimeUnit.SECONDS)
      assert(report != null, "no such report came")
      if (what(report)) report else await(what)
    }
  }

  /** What is told of a job while `work` is its Spark work. */
  private def following(jobId: String)(work: => Unit): Reports = {
    val reports = new Reports
    listener.follow(jobId)(reports.add)
    context.setLocalProperty(Property, jobId)
    try work
    finally context.setLocalProperty(Property, null)
    reports
  }

  private def pairs: RDD[(Int, Int)] =
    context.parallelize(1 to 8, 4).map(n => (n % 2, n)).reduceByKey(_ + _, 3)

  test("counts jobs, stages and tasks") {
    val report = following("counted") {
      pairs.count()
      pairs.count(): Unit
    }.await(_.getCompleted_jobs == 2)
    assert(report.getRunning_jobs == 0 && report.getFailed_jobs == 0)
    assert(report.getCompleted_stages == 4 && report.getRunning_stages == 0)
    assert(report.getTasks == 14 && report.getCompleted_tasks == 14)
    assert(report.getStages.asScala.map(_.getTasks) == Seq(3, 4, 3, 4), "the newest first")
    val newest = report.getStages.get(0)
    assert(
      newest.getState == StageState.COMPLETED && newest.getName.startsWith("count at Progress")
    )
    assert(newest.getBegin_ms > 0 && newest.getEnd_ms >= newest.getBegin_ms)
  }

  test("tells of a stage that runs, and of one that waits for it") {
    val reports = new Reports
    val thread = new Thread(() => {
      listener.follow("running")(reports.add)
      context.setLocalProperty(Property, "running")
      val held = context.parallelize(1 to 4, 4).map { n =>
        ProgressListenerTest.gate.await()
        (n, n)
      }
      held.reduceByKey(_ + _, 3).count(): Unit
    })
    thread.start()
    val report = reports.await(_.getRunning_tasks == 2)
    assert(report.getRunning_jobs == 1)
    assert(report.getRunning_stages == 1 && report.getWaiting_stages == 1)
    assert(report.getTasks == 7 && report.getCompleted_tasks == 0)
    assert(report.getStages.asScala.map(_.getState) == Seq(StageState.RUNNING, StageState.WAITING))
    ProgressListenerTest.gate.countDown()
    assert(reports.await(_.getCompleted_jobs == 1).getCompleted_tasks == 7)
    thread.join()
  }

  test("counts stages whose output was there already as skipped") {
    val report = following("skipped") {
      val reduced = pairs
      reduced.count()
      reduced.count(): Unit
    }.await(_.getCompleted_jobs == 2)
    assert(report.getSkipped_stages == 1 && report.getCompleted_stages == 3)
    assert(report.getTasks == 10 && report.getCompleted_tasks == 10)
  }

  test("counts what failed") {
    val report = following("failed") {
      Try(context.parallelize(1 to 2, 1).foreach(_ => sys.error("no"))): Unit
    }.await(_.getFailed_jobs == 1)
    assert(report.getFailed_stages == 1 && report.getFailed_tasks == 1)
    assert(report.getStages.get(0).getState == StageState.FAILED)
  }

  test("keeps the newest stages of many") {
    val jobs = workerConstants.kMaxStages + 10
    val report = following("many") {
      for (_ <- 1 to jobs) context.parallelize(1 to 2, 1).count()
    }.await(_.getCompleted_jobs == jobs)
    assert(report.getStages.size == workerConstants.kMaxStages)
    assert(report.getCompleted_stages == jobs && report.getCompleted_tasks == jobs)
    val ids = report.getStages.asScala.map(_.getId)
    assert(ids == ids.sorted.reverse)
  }

  test("tells nothing of other jobs, nor of one that is forgotten") {
    val reports = following("forgotten") {
      listener.forget("forgotten")
      pairs.count(): Unit
    }
    // Spark calls in order: what came before this is told.
    following("later")(pairs.count(): Unit).await(_.getCompleted_jobs == 1)
    assert(reports.isEmpty)
  }
}

object ProgressListenerTest {
  val gate = new java.util.concurrent.CountDownLatch(1)
}
