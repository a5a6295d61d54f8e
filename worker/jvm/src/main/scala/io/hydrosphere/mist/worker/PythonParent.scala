package io.hydrosphere.mist.worker

import java.io.{BufferedReader, IOException, InputStreamReader}
import java.lang.ProcessBuilder.Redirect
import java.net.{StandardProtocolFamily, UnixDomainSocketAddress}
import java.nio.ByteBuffer
import java.nio.channels.{ClosedChannelException, SocketChannel}
import java.nio.file.{Files, Path}

import scala.collection.JavaConverters._

/** The warm Python process that forks one child per call. It is started when it is first needed,
  * again when it has died, and ends itself when its standard input ends, that is with this JVM at
  * the latest.
  */
final class PythonParent(settings: => PythonSettings) extends AutoCloseable {
  import PythonParent._

  private var process: Option[Running] = None // guarded by this
  private var closed = false // guarded by this

  /** Has the parent fork a child: control, standard output and standard error of it. A parent may
    * have been killed before anybody could see it: another one is asked then, once.
    */
  def fork(): Child = synchronized {
    ask(start()).getOrElse {
      end()
      ask(start()).getOrElse(throw new IOException("The parent of the Python process has ended"))
    }
  }

  /** None when the parent is gone and has taken nothing. */
  private def ask(parent: Running): Option[Child] = {
    val address = UnixDomainSocketAddress.of(parent.socket)
    // The parent takes three connections for one child; nobody else connects in between.
    val channels = Seq.fill(3)(SocketChannel.open(StandardProtocolFamily.UNIX))
    val taken =
      try {
        channels.foreach(_.connect(address))
        channels(0).read(ByteBuffer.allocate(1)) == 1
      } catch {
        case interrupted: ClosedChannelException =>
          channels.foreach(_.close())
          throw interrupted
        case _: IOException => false
      }
    if (taken) Some(Child(channels(0), channels(1), channels(2)))
    else {
      channels.foreach(_.close())
      None
    }
  }

  /** Starts the parent if it does not run. */
  def warmUp(): Unit = synchronized {
    if (!closed) start(): Unit
  }

  def close(): Unit = synchronized {
    closed = true
    end()
  }

  private def end(): Unit = {
    process.foreach(_.end())
    process = None
  }

  private def start(): Running = process.filter(_.process.isAlive).getOrElse {
    end()
    val started = launch(settings)
    process = Some(started)
    started
  }

  private def launch(settings: PythonSettings): Running = {
    // Its own folder below the system's, since a socket's path has to be short.
    val socket = Files.createTempDirectory("mist-python-").resolve("parent")
    val command =
      Seq(settings.driver, "-m", "mist_worker.parent", socket.toString) ++ settings.imports
    val builder = new ProcessBuilder(command.asJava).redirectError(Redirect.INHERIT)
    settings.environment.foreach { case (name, value) => builder.environment.put(name, value) }
    val running = new Running(builder.start(), socket)
    if (running.firstLine() != Ready) {
      running.end()
      throw new IOException(
        s"${command.mkString(" ")} has not started; its output is in the worker's log"
      )
    }
    running
  }
}

object PythonParent {
  private val Ready = "ready"

  final case class Child(control: SocketChannel, output: SocketChannel, errors: SocketChannel)

  private final class Running(val process: Process, val socket: Path) {
    def firstLine(): String =
      new BufferedReader(new InputStreamReader(process.getInputStream)).readLine()

    def end(): Unit = {
      process.destroy()
      Files.deleteIfExists(socket)
      Files.deleteIfExists(socket.getParent): Unit
    }
  }
}
