package io.hydrosphere.mist.worker

import java.io.ByteArrayOutputStream
import java.nio.charset.StandardCharsets.UTF_8

import io.hydrosphere.mist.worker.JobRun._
import io.hydrosphere.mist.worker.protocol._

/** What all jobs of a worker share. */
final case class JobServices(
    driver: SparkDriver,
    artifacts: ArtifactCache,
    link: MasterLink,
    reports: ReportQueue,
    runnerFor: Language => FunctionRunner,
    maxResultBytes: Long,
    maxLineBytes: Int
)

/** One attempt of one job, on a thread of its own: fetch the artifact and the arguments, call the
  * function, report. It reports exactly one end. `onEnd` is called after that.
  */
final class JobRun(order: RunJob, services: JobServices, onEnd: JobRun => Unit) {
  val id: AttemptId = order.getId
  private val runner = services.runnerFor(order.getLanguage)
  private val reporter = new JobReporter(id, services.maxLineBytes, services.reports)
  private val thread = new Thread(() => work(), s"mist-job-${id.getJob_id}")
  private val arrivedNanos = System.nanoTime
  private var phase: Phase = Preparing // guarded by this
  private var cancelAsked = false // guarded by this
  private var streamStopped = false // by a cancel; guarded by this

  def start(): Unit = thread.start()

  def ageMs: Long = (System.nanoTime - arrivedNanos) / 1000000

  def line(timeMs: Long, level: LogLevel, message: String, stackTrace: Option[String]): Unit =
    reporter.line(timeMs, level, message, stackTrace)

  /** Before the function has begun the attempt ends here; later the function is asked to end, on a
    * thread of its own.
    */
  def cancel(): Unit = {
    val before = synchronized {
      val before = if (cancelAsked) Over else phase
      cancelAsked = true
      before
    }
    before match {
      case Preparing =>
        end(reporter.cancelled())
        thread.interrupt()
      case Running => HarnessThread.start(s"mist-cancel-${id.getJob_id}")(interruptFunction()): Unit
      case Over =>
    }
  }

  private def interruptFunction(): Unit =
    try services.driver.cancelJob(id.getJob_id)(synchronized { streamStopped = true })
    finally runner.interrupt()

  private def work(): Unit =
    try
      attempt(prepare()) match {
        case Right(call) => if (enter()) report(attempt(run(call)))
        case Left(error) => end(reporter.failed(error))
      }
    finally onEnd(this)

  /* Anything that is thrown ends the job and nothing else: linkage errors, interrupts and lack of
   * memory too. */
  private def attempt[A](body: => A): Either[Throwable, A] =
    try Right(body)
    catch { case error: Throwable => Left(error) }

  private def prepare(): FunctionCall = {
    reporter.downloading()
    val file = services.artifacts.get(order.getArtifact)
    val arguments = readArguments()
    FunctionCall(id.getJob_id, order.getArtifact, file, order.getClass_name, arguments, log)
  }

  private def log(level: LogLevel, message: String): Unit =
    reporter.line(System.currentTimeMillis(), level, message)

  private def readArguments(): String =
    if (order.isSetArguments) new String(order.getArguments, UTF_8)
    else {
      val bytes = new ByteArrayOutputStream(order.getArguments_bytes.toInt)
      services.link.download(_.readArguments(_, id, _, workerConstants.kChunkBytes)) { chunk =>
        bytes.write(chunk.array, chunk.arrayOffset + chunk.position(), chunk.remaining)
      }
      bytes.toString(UTF_8)
    }

  /** False when the attempt was cancelled before its function began. */
  private def enter(): Boolean = synchronized {
    val go = phase == Preparing
    if (go) {
      phase = Running
      reporter.started()
    }
    go
  }

  private def run(call: FunctionCall): Array[Byte] =
    services.driver.asJob(id.getJob_id, reporter.progress) {
      val result = runner.run(call)
      if (result.length > services.maxResultBytes)
        throw new IllegalStateException(
          s"The result has ${result.length} bytes, more than the limit of ${services.maxResultBytes} bytes"
        )
      result
    }

  /* A function that waits for its stream returns as if all were well when the cancel has stopped
   * it. */
  private def report(outcome: Either[Throwable, Array[Byte]]): Unit = outcome match {
    case Right(_) if synchronized(streamStopped) => end(reporter.cancelled())
    case Right(result) => end(reporter.finished(result))
    case Left(_) if synchronized(cancelAsked) => end(reporter.cancelled())
    case Left(error) => end(reporter.failed(error))
  }

  private def end(report: => Unit): Unit = synchronized {
    if (phase != Over) {
      phase = Over
      report
    }
  }
}

object JobRun {
  private sealed trait Phase
  private case object Preparing extends Phase // nothing of the user's runs yet
  private case object Running extends Phase
  private case object Over extends Phase
}
