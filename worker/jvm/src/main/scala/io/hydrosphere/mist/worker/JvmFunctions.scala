package io.hydrosphere.mist.worker

import java.io.IOException
import java.lang.reflect.Modifier
import java.net.{URL, URLClassLoader}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.util.concurrent.ConcurrentHashMap
import java.util.jar.JarFile

import scala.util.Try
import scala.util.control.NonFatal

import mist.api.{ArgInfo, FnContext, InternalArgument, MistFn, RuntimeJobInfo}
import mist.api.data.Json
import org.apache.spark.SparkContext
import org.apache.spark.mist.{ArtifactScope, ArtifactSessions}
import org.apache.spark.scheduler.mist.ArtifactResults
import org.apache.spark.streaming.Duration

/** Functions in jars. Each artifact has a class loader of its own, for as long as the worker lives.
  */
final class JvmFunctions(context: SparkContext, workerId: String, streamingDuration: Duration) {
  private val parent = Thread.currentThread.getContextClassLoader
  private val loaders = new ConcurrentHashMap[String, URLClassLoader]
  ArtifactResults.install(context, JvmFunctions.ArtifactProperty)(sha => Option(loaders.get(sha)))

  /** A runner for one call. */
  def runner(): FunctionRunner = new FunctionRunner {
    private var thread: Option[Thread] = None // while the function runs; guarded by this
    private var asked = false // guarded by this

    def run(call: FunctionCall): Array[Byte] = {
      enter(Some(Thread.currentThread))
      try ArtifactScope(call.artifact.getSha256)(execute(call))
      finally {
        enter(None)
        Thread.interrupted(): Unit // what comes now is the harness's, which nobody interrupts
      }
    }

    def interrupt(): Unit = synchronized {
      asked = true
      thread.foreach(_.interrupt())
    }

    private def enter(running: Option[Thread]): Unit = synchronized {
      thread = running
      if (asked) running.foreach(_.interrupt())
    }
  }

  private def execute(call: FunctionCall): Array[Byte] = {
    val loader = loaderOf(call.artifact.getSha256, call.file)
    Thread.currentThread.setContextClassLoader(loader)
    context.setLocalProperty(JvmFunctions.ArtifactProperty, call.artifact.getSha256)
    val function = JvmFunctions.load(loader, call.className)
    ArtifactSessions.activate(call.artifact.getSha256, JvmFunctions.wantsSql(function))
    val info = RuntimeJobInfo(call.jobId, workerId)
    val result = function
      .execute(FnContext(context, Json.parseRoot(call.arguments), streamingDuration, info))
      .get
    Json.compactString(result).getBytes(UTF_8)
  }

  private def loaderOf(sha256: String, file: Path): URLClassLoader =
    loaders.computeIfAbsent(
      sha256,
      _ => {
        JvmFunctions.checkJar(file)
        val jar = JvmFunctions.uniqueName(sha256, file)
        val loader = new URLClassLoader(Array[URL](file.toUri.toURL), parent)
        LocalClasses.add(jar.getFileName.toString, loader)
        ArtifactScope.addJar(context, sha256, jar.toString)
        loader
      }
    )
}

object JvmFunctions {

  /** The local property with the sha of the artifact that a job of Spark works for. */
  private val ArtifactProperty = "mist.artifact"

  // The driver serves jars to executors by their file names, which two versions have in common.
  private def uniqueName(sha256: String, file: Path): Path =
    Files.createLink(file.resolveSibling(s"${sha256.take(16)}-${file.getFileName}"), file)

  private def checkJar(file: Path): Unit =
    try new JarFile(file.toFile).close()
    catch {
      case NonFatal(e) =>
        throw new IOException(s"${file.getFileName} is not a jar file: ${e.getMessage}", e)
    }

  /** The instance of a Scala object (`Pi$`), or a new one made with the constructor without
    * arguments.
    */
  def load(loader: ClassLoader, className: String): MistFn = {
    val cls = Class.forName(className, true, loader)
    if (!classOf[MistFn].isAssignableFrom(cls))
      throw new IllegalArgumentException(
        s"Can not instantiate job class: $className, it does not extend mist.api.MistFn"
      )
    cls.getFields
      .find(field => field.getName == "MODULE$" && Modifier.isStatic(field.getModifiers))
      .fold(construct(cls))(_.get(null))
      .asInstanceOf[MistFn]
  }

  // A handle that cannot be made fails the call itself, with a better trace.
  private def wantsSql(function: MistFn): Boolean =
    Try(function.handle.describe()).toOption.toSeq.flatten.exists {
      case InternalArgument(tags) => tags.contains(ArgInfo.SqlContextTag)
      case _ => false
    }

  private def construct(cls: Class[_]): Any = {
    val constructor = cls.getDeclaredConstructor()
    constructor.setAccessible(true)
    constructor.newInstance()
  }
}
