package io.hydrosphere.mist.inspector

import java.net.{URL, URLClassLoader}
import java.nio.file.Path
import java.util.zip.{ZipException, ZipFile}

import scala.collection.mutable

/** One class loader per jar contents. The latest used ones are kept open; one is closed when it has
  * left them and nobody uses it. Self-synchronizing.
  */
final class ArtifactLoaders(keep: Int) {

  private final class Entry(val loader: URLClassLoader) {
    var users = 0
  }

  private val entries =
    mutable.LinkedHashMap.empty[String, Entry] // by SHA-256, latest used last; guarded by this

  /** Runs `f` with the loader as the thread's context class loader too. */
  def use[A](sha256: String, jar: Path, name: String)(f: ClassLoader => A): A = {
    val entry = take(sha256, jar, name)
    val thread = Thread.currentThread
    val before = thread.getContextClassLoader
    thread.setContextClassLoader(entry.loader)
    try f(entry.loader)
    finally {
      thread.setContextClassLoader(before)
      release(entry)
    }
  }

  private def take(sha256: String, jar: Path, name: String): Entry = synchronized {
    val entry = entries.remove(sha256).getOrElse(open(jar, name))
    entries.put(sha256, entry)
    entry.users += 1
    entry
  }

  private def release(entry: Entry): Unit = synchronized {
    entry.users -= 1
    val idle = entries.filter { case (_, e) => e.users == 0 }
    idle.take(entries.size - keep).foreach { case (sha256, e) =>
      entries.remove(sha256)
      e.loader.close()
    }
  }

  // A URLClassLoader takes any file and then finds nothing in it, so the file is looked at first.
  private def open(jar: Path, name: String): Entry = {
    try new ZipFile(jar.toFile).close()
    catch {
      case e: ZipException =>
        throw new IllegalArgumentException(s"$name is not a jar file: ${e.getMessage}")
    }
    new Entry(new URLClassLoader(Array[URL](jar.toUri.toURL), getClass.getClassLoader))
  }
}
