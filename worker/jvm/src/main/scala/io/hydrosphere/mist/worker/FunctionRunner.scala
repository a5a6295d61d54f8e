package io.hydrosphere.mist.worker

import java.nio.file.Path

import io.hydrosphere.mist.worker.protocol.{Artifact, LogLevel}

/** One call, with everything that the function needs. `arguments` is the text of a JSON object. */
final case class FunctionCall(
    jobId: String,
    artifact: Artifact,
    file: Path,
    className: String,
    arguments: String,
    log: (LogLevel, String) => Unit
)

/** Runs one call of a function of one language, inside `SparkDriver.asJob`. */
trait FunctionRunner {

  /** The result as UTF-8 JSON text. Throws what the function threw. Called once, on the job's
    * thread.
    */
  def run(call: FunctionCall): Array[Byte]

  /** Asks the function to end: its Spark work is cancelled already. Any thread; `run` may not have
    * begun, or be over.
    */
  def interrupt(): Unit
}
