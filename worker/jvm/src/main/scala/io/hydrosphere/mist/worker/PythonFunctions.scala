package io.hydrosphere.mist.worker

import java.nio.file.{Path, Paths}

import org.apache.spark.streaming.Duration

/** Functions in Python files, wheels, eggs and zips. Each call runs in a Python process of its own,
  * in this SparkContext.
  */
final class PythonFunctions(
    driver: SparkDriver,
    streamingDuration: Duration,
    maxResultBytes: Long
) extends AutoCloseable {
  private val parent = new PythonParent(
    PythonSettings.of(driver.context.getConf, sys.env, PythonFunctions.harnessJar)
  )

  /** A runner for one call. */
  def runner(): FunctionRunner = {
    val entryPoint = new PythonEntryPoint(driver.context, streamingDuration)
    new PythonCall(parent, entryPoint, maxResultBytes, onEnd = driver.stopStream)
  }

  /** Starts the parent process when the worker has had nothing to do for a moment. A worker that
    * was started for a job gets it at once, and that job should not share the processor with a
    * Python that it may not need.
    */
  def warmUpWhenIdle(jobs: Jobs): Unit = HarnessThread.start("mist-python-warm-up") {
    Thread.sleep(PythonFunctions.IdleMs)
    jobs.awaitIdle()
    try parent.warmUp()
    catch {
      case e: java.io.IOException =>
        System.err.println(s"Python functions will not run: ${e.getMessage}")
    }
  }: Unit

  def close(): Unit = parent.close()
}

object PythonFunctions {
  private val IdleMs = 500L

  private def harnessJar: Path =
    Paths.get(getClass.getProtectionDomain.getCodeSource.getLocation.toURI)
}
