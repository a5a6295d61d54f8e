package io.hydrosphere.mist.worker

import java.nio.ByteBuffer
import java.nio.file.{Files, Path}
import java.util.Comparator
import java.util.concurrent.CompletableFuture

import scala.util.control.NonFatal

import io.hydrosphere.mist.worker.protocol._
import org.apache.spark.streaming.Milliseconds

/** The driver program that Mist starts through spark-submit; README.md has the command lines. */
object Worker {
  private val SecretVariable = "MIST_WORKER_SECRET"

  /* Spark hands no other variables on to a driver that a standalone cluster starts. */
  private val SecretVariableInCluster = "SPARK_MIST_WORKER_SECRET"

  /* What is left to say at the end is small; a master that cannot take it in this time has other
   * worries. */
  private val LeaveMs = 30000L

  def main(args: Array[String]): Unit = {
    val exitCode = if (args.contains("--train")) Training.run() else run(args)
    // Functions may have left threads behind; and this runs the exit hooks.
    System.exit(exitCode)
  }

  private def run(args: Array[String]): Int = {
    val start = for {
      options <- WorkerOptions.parse(args, sys.env)
      secret <- sys.env
        .get(SecretVariable)
        .orElse(sys.env.get(SecretVariableInCluster))
        .toRight(s"the environment variable $SecretVariable is not set")
    } yield new Worker(options, secret)
    start match {
      case Right(worker) => worker.run()
      case Left(complaint) =>
        System.err.println(complaint)
        1
    }
  }
}

/** The life of one worker: dial the master and create the SparkContext at the same time, serve,
  * end.
  */
final class Worker(options: WorkerOptions, secret: String) extends LinkOwner {
  private val reports = new ReportQueue
  private val link = new MasterLink(options, secret, org.apache.spark.SPARK_VERSION, reports)
  private val stop = new CompletableFuture[String] // completed with the reason
  @volatile private var jobs: Option[Jobs] = None // once the worker is ready
  @volatile private var readiness: Option[Ready] = None
  @volatile private var leaving = false // the last report is under way

  def run(): Int = {
    val folder = createWorkFolder()
    link.start(this)
    startSpark() match {
      case Some(driver) =>
        serveUntilStopped(driver, folder)
        0
      case None => 1
    }
  }

  override def onCommand(command: Command): Unit =
    if (command.isSetStop) stop.complete(command.getStop.getReason): Unit
    else
      jobs.foreach { jobs =>
        if (command.isSetRun) jobs.run(command.getRun) else jobs.cancel(command.getCancel)
      }

  override def onConfirmed(): Unit = jobs.foreach(_.forgetOrders())

  override def runningAttempts: java.util.Map[AttemptId, java.lang.Long] =
    jobs.fold(java.util.Collections.emptyMap[AttemptId, java.lang.Long])(_.ages)

  override def ready: Option[Ready] = readiness

  override def onGivenUp(reason: String): Unit =
    if (leaving) reports.close()
    else {
      System.err.println(s"The worker ends: $reason")
      System.exit(1)
    }

  private def startSpark(): Option[SparkDriver] =
    try Some(SparkDriver.start(options.name))
    catch {
      case NonFatal(e) =>
        e.printStackTrace()
        leave(
          ReportBody.start_failed(
            new StartFailed(s"Spark context instantiation failed, ${e.getMessage}")
          )
        )
        None
    }

  private def serveUntilStopped(driver: SparkDriver, folder: Path): Unit = {
    val python = serve(driver, folder)
    val reason = stop.get()
    jobs.foreach(_.awaitIdle())
    python.close()
    driver.context.stop()
    leave(ReportBody.stopping(new Stopping(reason)))
  }

  /** Makes the worker ready. */
  private def serve(driver: SparkDriver, folder: Path): PythonFunctions = {
    val welcome = link.welcome
    val streaming = Milliseconds(welcome.getStreaming_duration_ms)
    val jvm = new JvmFunctions(driver.context, options.name, streaming)
    val python = new PythonFunctions(driver, streaming, welcome.getMax_result_bytes)
    val services = JobServices(
      driver,
      new ArtifactCache(folder, welcome.getMax_artifact_bytes, fetchArtifact),
      link,
      reports,
      language => if (language == Language.PYTHON) python.runner() else jvm.runner(),
      welcome.getMax_result_bytes,
      welcome.getMax_log_line_bytes
    )
    /* A function that stops the SparkContext, or a cluster that goes away, makes the worker
     * useless. */
    val serving =
      new Jobs(services, afterEach = () => if (driver.context.isStopped) onContextStopped())
    driver.onEnd(if (serving.isIdle) onContextStopped())
    JobLogAppender.install(new JobLogAppender(serving, () => driver.jobOfThread))
    ExecutorLogs.sink = line =>
      serving
        .find(line.jobId)
        .foreach(_.line(line.timeMs, line.level, line.message, line.stackTrace))
    jobs = Some(serving)
    val ready = new Ready
    driver.context.uiWebUrl.foreach(url => ready.setSpark_ui(url))
    readiness = Some(ready)
    reports.add(ReportBody.ready(ready))
    python.warmUpWhenIdle(serving)
    python
  }

  private def fetchArtifact(artifact: Artifact, sink: ByteBuffer => Unit): Unit =
    link.download(_.readArtifact(_, artifact.getSha256, _, workerConstants.kChunkBytes))(sink)

  private def onContextStopped(): Unit = stop.complete("the SparkContext was stopped"): Unit

  /** Sends the last report and closes the link when the master has it. */
  private def leave(last: ReportBody): Unit = {
    leaving = true
    reports.add(last)
    reports.awaitDurable(Worker.LeaveMs)
    link.close()
    reports.close()
  }

  private def createWorkFolder(): Path = {
    val folder = options.workDir.resolve(s"worker-${options.name}")
    Files.createDirectories(folder)
    sys.addShutdownHook(deleteFolder(folder))
    folder
  }

  private def deleteFolder(folder: Path): Unit = {
    val paths = Files.walk(folder)
    try
      paths.sorted(Comparator.reverseOrder[Path]).forEach(path => Files.deleteIfExists(path): Unit)
    finally paths.close()
  }
}
