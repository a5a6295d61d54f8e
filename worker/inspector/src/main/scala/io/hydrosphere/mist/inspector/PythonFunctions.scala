package io.hydrosphere.mist.inspector

import java.io.{BufferedReader, File, IOException, InputStream, InputStreamReader}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}
import java.util.concurrent.{CompletableFuture, TimeUnit}

import mist.api.data._

/** Functions in Python artifacts. Each is described by a Python process of its own; `mistpyHome`
  * holds mistpy.
  */
final class PythonFunctions(mistpyHome: Path) extends Functions {

  private val StderrBytes = 4096
  private val ExitWaitMs = 1000L
  private val SignalBase = 128

  override def describe(request: Request): JsMap = withNamedFile(request) { file =>
    val process = start(request, file)
    try {
      val errors = new Tail(process.getErrorStream, StderrBytes)
      readAnswer(process).fold(throw noAnswer(process, errors))(parse)
    } finally kill(process)
  }

  /** Python functions have no rules beyond their types, and those the master checks itself. */
  override def validate(request: Request, arguments: JsMap): Option[String] = None

  // Python goes by the file's extension, which the file on disk need not have.
  private def withNamedFile[A](request: Request)(f: Path => A): A = {
    val folder = Files.createTempDirectory("mist-inspector-")
    val link = folder.resolve(Paths.get(request.name).getFileName)
    try f(Files.createSymbolicLink(link, request.artifact.toAbsolutePath))
    finally {
      Files.deleteIfExists(link)
      Files.deleteIfExists(folder)
      ()
    }
  }

  private def start(request: Request, file: Path): Process = {
    val command =
      new ProcessBuilder(request.python, "-m", "mistpy.describe", file.toString, request.className)
    val pythonPath = Seq(mistpyHome.toString, request.pythonPath).filter(_.nonEmpty).mkString(":")
    command.environment.put("PYTHONPATH", pythonPath)
    command.environment.put("PYTHONDONTWRITEBYTECODE", "1")
    // Python looks for modules in its working directory first, so that must not be the artifact's.
    command.directory(new File("/"))
    val process = command.start()
    process.getOutputStream.close()
    process
  }

  // Reading from a process does not heed interruption; waiting for something to read does.
  private def readAnswer(process: Process): Option[String] = {
    val reader = new BufferedReader(new InputStreamReader(process.getInputStream, UTF_8))
    val answer = new CompletableFuture[String]
    daemon("python-answer") {
      try answer.complete(reader.readLine())
      catch { case e: IOException => answer.completeExceptionally(e) }
      ()
    }
    Option(answer.get())
  }

  private def parse(line: String): JsMap = {
    val answer = Json.parseRoot(line)
    answer.fieldValue("schema") match {
      case schema: JsMap => schema
      case _ => throw foreignError(answer.fieldValue("error"))
    }
  }

  private def foreignError(error: JsData): ForeignError = error match {
    case fields: JsMap =>
      new ForeignError(fields.fieldValue("class").toString, fields.fieldValue("message").toString)
    case other => new ForeignError("java.lang.Exception", s"Error in python code: $other")
  }

  private def noAnswer(process: Process, errors: Tail): ForeignError = {
    process.waitFor(ExitWaitMs, TimeUnit.MILLISECONDS)
    new ForeignError(
      "java.lang.Exception",
      s"Error in python code: python ${endOf(process)} while it imports the module\n$errors"
    )
  }

  // mistpy.describe ends as the module has ended it, and tells signals as a shell does.
  private def endOf(process: Process): String =
    if (process.isAlive) "closes its output"
    else
      process.exitValue match {
        case code if code > SignalBase => s"is killed by signal ${code - SignalBase}"
        case code => s"ends with exit code $code"
      }

  /* Asked to end, mistpy.describe ends everything that the module has started before itself, also
   * what has left our sight. */
  private def kill(process: Process): Unit = {
    process.destroy()
    if (!process.waitFor(ExitWaitMs, TimeUnit.MILLISECONDS)) {
      val children = process.descendants().toArray
      process.destroyForcibly()
      children.foreach(_.asInstanceOf[ProcessHandle].destroyForcibly())
    }
  }

  private def daemon(name: String)(work: => Unit): Thread = {
    val thread = new Thread((() => work): Runnable, s"inspector-$name")
    thread.setDaemon(true)
    thread.start()
    thread
  }

  /** The last bytes of a stream; reads it to its end, so that nobody is blocked by a full pipe. */
  private final class Tail(stream: InputStream, limit: Int) {
    private var bytes = Array.emptyByteArray // guarded by this
    private val reader = daemon("python-errors") {
      val chunk = new Array[Byte](limit)
      try
        Iterator.continually(stream.read(chunk)).takeWhile(_ >= 0).foreach(n => keep(chunk.take(n)))
      catch { case _: IOException => () } // the process has been killed
    }

    private def keep(chunk: Array[Byte]): Unit = synchronized {
      bytes = (bytes ++ chunk).takeRight(limit)
    }

    override def toString: String = {
      reader.join(ExitWaitMs)
      synchronized(new String(bytes, UTF_8))
    }
  }
}
