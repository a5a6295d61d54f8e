package io.hydrosphere.mist.worker

import java.io.{EOFException, IOException}
import java.net.InetAddress
import java.nio.ByteBuffer
import java.nio.channels.{Channels, ClosedChannelException, SocketChannel}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.UUID
import java.util.concurrent.TimeUnit

import scala.annotation.tailrec

import io.hydrosphere.mist.worker.protocol.LogLevel
import mist.api.data.{JsMap, JsNumber, JsString, Json}
import py4j.ClientServer

/** One call of a Python function: a fork of the parent that talks to a py4j server of its own.
  * Threads of that server descend from the job's thread, so what Python has Spark do carries the
  * job's group.
  *
  * On the control connection we write the request, twice a length and that many bytes (a header,
  * the arguments), and later single bytes, interrupt and kill. We read frames: a letter, a length,
  * that many bytes. worker/python/mist_worker is the other end.
  */
final class PythonCall(
    parent: PythonParent,
    entryPoint: PythonEntryPoint,
    maxResultBytes: Long,
    onEnd: String => Unit // with the job's id; a stream can not go on without its process
) extends FunctionRunner {
  import PythonCall._

  private var child: Option[SocketChannel] =
    None // control connection of the running child; guarded by this
  private var asked = false // guarded by this

  def run(call: FunctionCall): Array[Byte] = {
    val secret = UUID.randomUUID().toString
    val gateway = openGateway(secret)
    try {
      val forked = parent.fork()
      try talk(forked, call, header(call, gateway.getJavaServer.getListeningPort, secret))
      finally {
        enter(None)
        forked.control.close() // ends a child that still runs
        onEnd(call.jobId)
      }
    } finally gateway.shutdown()
  }

  def interrupt(): Unit = {
    synchronized {
      asked = true
      child.foreach(tell(_, Interrupt))
    }
    TimeUnit.MILLISECONDS.sleep(GraceMs)
    synchronized(child.foreach(tell(_, Kill)))
  }

  private def talk(forked: PythonParent.Child, call: FunctionCall, header: JsMap): Array[Byte] = {
    val readers = Seq(
      PythonOutput.read(forked.output, line => call.log(LogLevel.INFO, line)),
      PythonOutput.read(forked.errors, line => call.log(LogLevel.WARN, line))
    )
    writeBlock(forked.control, Json.compactString(header).getBytes(UTF_8))
    writeBlock(forked.control, call.arguments.getBytes(UTF_8))
    enter(Some(forked.control))
    val outcome = readOutcome(forked.control)
    /* The last lines belong to the job; a process that the function has left behind may keep its
     * output open for ever. */
    readers.foreach(_.finish(OutputMs))
    outcome match {
      case Result(json) => json
      case Raised(traceback) => throw new Exception(s"Error in python code: $traceback")
      case Gone(status) =>
        throw new Exception(s"Error in python code: the Python process has ended, $status")
    }
  }

  private def openGateway(secret: String): ClientServer = {
    val loopback = InetAddress.getLoopbackAddress
    val gateway = new ClientServer.ClientServerBuilder(entryPoint)
      .javaAddress(loopback)
      .javaPort(0)
      .pythonAddress(loopback)
      .authToken(secret)
      .build()
    gateway.startServer()
    gateway
  }

  private def header(call: FunctionCall, port: Int, secret: String): JsMap = JsMap(
    "gateway_port" -> JsNumber(port),
    "gateway_secret" -> JsString(secret),
    "job_id" -> JsString(call.jobId),
    "artifact" -> JsString(call.file.toString),
    "sha256" -> JsString(call.artifact.getSha256),
    "function" -> JsString(call.className)
  )

  private def enter(control: Option[SocketChannel]): Unit = synchronized {
    child = control
    if (asked) child.foreach(tell(_, Interrupt))
  }

  /** Reads until the child is gone; what it said last counts. */
  private def readOutcome(control: SocketChannel): Outcome = {
    @tailrec
    def next(said: Option[Outcome]): Outcome = readFrame(control) match {
      case gone: Gone => said.getOrElse(gone)
      case outcome => next(Some(outcome))
    }
    next(None)
  }

  private def readFrame(control: SocketChannel): Outcome = {
    val head = readFully(control, 1 + 8)
    val kind = head.get().toChar
    val length = head.getLong
    if (length > maxResultBytes)
      throw new IllegalStateException(
        s"The result has $length bytes, more than the limit of $maxResultBytes bytes"
      )
    val payload = readFully(control, length.toInt).array
    kind match {
      case 'R' => Result(payload)
      case 'E' => Raised(new String(payload, UTF_8))
      case 'X' => Gone(new String(payload, UTF_8))
    }
  }
}

object PythonCall {
  // Time for Python to unwind after the interrupt, which its cleaning up may need.
  private val GraceMs = 3000L
  private val OutputMs = 1000L

  private val Interrupt = 'I'.toByte
  private val Kill = 'K'.toByte

  private sealed trait Outcome
  private final case class Result(json: Array[Byte]) extends Outcome
  private final case class Raised(traceback: String) extends Outcome
  private final case class Gone(status: String) extends Outcome

  private def tell(control: SocketChannel, message: Byte): Unit =
    try control.write(ByteBuffer.wrap(Array(message))): Unit
    catch { case _: IOException => } // the child has just ended

  private def writeBlock(control: SocketChannel, bytes: Array[Byte]): Unit = {
    writeFully(control, ByteBuffer.allocate(4).putInt(bytes.length).flip())
    writeFully(control, ByteBuffer.wrap(bytes))
  }

  private def writeFully(channel: SocketChannel, bytes: ByteBuffer): Unit =
    orParentHasEnded(while (bytes.hasRemaining) channel.write(bytes))

  private def readFully(channel: SocketChannel, length: Int): ByteBuffer = {
    val bytes = ByteBuffer.allocate(length)
    while (bytes.hasRemaining)
      if (orParentHasEnded(channel.read(bytes)) < 0) throw parentHasEnded
    bytes.flip()
  }

  /** What dies with something unread resets the connection. A closed one is that of a cancelled
    * job.
    */
  private def orParentHasEnded[T](transfer: => T): T =
    try transfer
    catch {
      case lost: IOException if !lost.isInstanceOf[ClosedChannelException] => throw parentHasEnded
    }

  private def parentHasEnded = new EOFException("The parent of the Python process has ended")
}

/** Reads one output of a Python process line by line, on a thread of its own. */
final class PythonOutput private (channel: SocketChannel, sink: String => Unit) {
  private val thread = HarnessThread.start("mist-python-output")(readLines())

  /** Waits for the end of the output, and then no longer listens. */
  def finish(timeoutMs: Long): Unit = {
    thread.join(timeoutMs)
    channel.close()
  }

  private def readLines(): Unit =
    try {
      val lines = new LineSplitter(PythonOutput.MaxLineBytes, sink)
      val in = Channels.newInputStream(channel)
      val buffer = new Array[Byte](PythonOutput.BufferBytes)
      Iterator.continually(in.read(buffer)).takeWhile(_ >= 0).foreach(lines.add(buffer, _))
      lines.end()
    } catch { case _: IOException => } // finish() was tired of waiting
}

object PythonOutput {
  private val BufferBytes = 64 << 10
  private val MaxLineBytes =
    4 << 20 // bounds memory only; the report cuts lines as the master wants it

  def read(channel: SocketChannel, sink: String => Unit): PythonOutput =
    new PythonOutput(channel, sink)
}
