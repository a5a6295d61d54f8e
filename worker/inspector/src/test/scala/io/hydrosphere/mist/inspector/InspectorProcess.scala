package io.hydrosphere.mist.inspector

import java.io.{BufferedReader, File, InputStreamReader, PrintStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}
import java.util.concurrent.TimeUnit
import java.util.zip.{ZipEntry, ZipOutputStream}

import scala.collection.JavaConverters._

import mist.api.data._

/** A real inspector, whose class path does not have the fixtures. Used by one thread. */
final class InspectorProcess {

  private val process = new ProcessBuilder(
    Paths.get(sys.props("java.home"), "bin", "java").toString,
    "-XX:TieredStopAtLevel=1",
    "-cp",
    classPath,
    "io.hydrosphere.mist.inspector.Inspector"
  ).redirectError(ProcessBuilder.Redirect.DISCARD).start()
  private val requests = new PrintStream(process.getOutputStream, true, UTF_8.name)
  private val answers = new BufferedReader(new InputStreamReader(process.getInputStream, UTF_8))

  def send(line: String): Unit = requests.println(line)

  def receive(): JsMap =
    receiveOrEnd().getOrElse(throw new IllegalStateException("The inspector has ended"))

  def receiveOrEnd(): Option[JsMap] = Option(answers.readLine()).map(Json.parseRoot)

  def ask(request: JsMap): JsMap = {
    send(Json.compactString(request))
    receive()
  }

  /** The exit code once the input has ended. */
  def finish(): Int = {
    requests.close()
    if (!process.waitFor(30, TimeUnit.SECONDS)) process.destroyForcibly()
    process.waitFor()
  }

  private def classPath: String =
    sys
      .props("java.class.path")
      .split(File.pathSeparator)
      .filterNot(_.endsWith("test-classes"))
      .mkString(":")
}

object InspectorProcess {

  /** The fixtures as a jar, the way a user would upload them. */
  def writeFixturesJar(jar: Path): Path = {
    val classes = Paths.get(getClass.getProtectionDomain.getCodeSource.getLocation.toURI)
    val out = new ZipOutputStream(Files.newOutputStream(jar))
    val files =
      Files.walk(classes.resolve("fixtures")).iterator.asScala.filter(Files.isRegularFile(_)).toList
    files.foreach { file =>
      out.putNextEntry(new ZipEntry(classes.relativize(file).toString))
      Files.copy(file, out)
    }
    out.close()
    jar
  }
}
