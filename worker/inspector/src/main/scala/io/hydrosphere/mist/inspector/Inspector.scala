package io.hydrosphere.mist.inspector

import java.io._
import java.net.URLConnection
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Path, Paths}
import java.util.concurrent.TimeoutException

import mist.api.data.{JsData, JsMap, Json}

/** Reads functions' argument schemas and runs their own validation rules for the master, in a JVM
  * that has Spark's classes and no Spark context. Its class path is its own jar and all jars of
  * SPARK_HOME.
  *
  * Requests come on standard input and answers go to standard output, each one JSON object on a
  * line, answers in any order; see [[Request]] and [[Answer]]. What functions print goes to
  * standard error. It ends when its input ends, or with code 3 when too many functions neither
  * answer nor stop: whoever started it starts another.
  */
object Inspector {

  // More at once would only share the same few cores and memory.
  private val RequestsAtOnce = 4
  private val StuckAtMost = 16
  private val TooManyStuck = 3

  def main(args: Array[String]): Unit = {
    val answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8.name)
    System.setOut(System.err)
    // A cached jar connection would outlive its file.
    URLConnection.setDefaultUseCaches("jar", false)

    val pool = new RequestPool(RequestsAtOnce, StuckAtMost, () => end(TooManyStuck))
    new Inspector(new JvmFunctions, new PythonFunctions(homeOf(getClass)), pool, answers)
      .serve(System.in)
    end(0)
  }

  // Without shutdown hooks: they are the functions', and may hang.
  private def end(code: Int): Unit = {
    ProcessHandle.current().descendants().forEach { child =>
      child.destroyForcibly()
      ()
    }
    Runtime.getRuntime.halt(code)
  }

  // The jar (or the folder of classes) that we are in; it also holds mistpy.
  private def homeOf(cls: Class[_]): Path =
    Paths.get(cls.getProtectionDomain.getCodeSource.getLocation.toURI)
}

final class Inspector(jvm: Functions, python: Functions, pool: RequestPool, answers: PrintStream) {

  /** Returns when the input has ended. */
  def serve(input: InputStream): Unit = {
    val lines = new BufferedReader(new InputStreamReader(input, UTF_8))
    Iterator.continually(lines.readLine()).takeWhile(_ != null).filter(_.nonEmpty).foreach(accept)
  }

  private def accept(line: String): Unit =
    try {
      val json = Json.parseRoot(line)
      val id = json.fieldValue("id")
      try dispatch(id, json)
      catch { case e: IllegalArgumentException => answer(id, Answer.failed(e)) }
    } catch {
      case e: IllegalArgumentException =>
        System.err.println(s"The inspector ignores a line: ${e.getMessage}")
    }

  private def dispatch(id: JsData, json: JsMap): Unit = Request.method(json) match {
    case "ping" => answer(id, Answer.pong)
    case "describe" =>
      val request = Request(json)
      run(id, request)(Answer.described(functionsFor(request).describe(request)))
    case "validate" =>
      val request = Request(json)
      run(id, request)(
        Answer.validated(functionsFor(request).validate(request, Request.arguments(json)))
      )
    case other => throw new IllegalArgumentException(s"Unknown method $other")
  }

  private def run(id: JsData, request: Request)(work: => JsMap): Unit = {
    val late =
      s"${request.className} of ${request.name} did not answer within ${request.timeout.toMillis} ms"
    pool.submit(request.timeout, () => answer(id, Answer.failed(new TimeoutException(late)))) {
      () =>
        val result =
          try work
          catch { case e: Throwable => Answer.failed(e) } // functions' code may throw anything
        () => answer(id, result)
    }
  }

  private def functionsFor(request: Request): Functions = request.extension match {
    case "jar" => jvm
    case "py" | "egg" | "whl" | "zip" => python
    case other =>
      throw new IllegalArgumentException(
        s"Unknown file type $other is passed, cannot select runner"
      )
  }

  private def answer(id: JsData, body: JsMap): Unit = {
    val line = Json.compactString(JsMap(("id" -> id) +: body.fields: _*))
    answers.synchronized(answers.println(line))
  }
}
