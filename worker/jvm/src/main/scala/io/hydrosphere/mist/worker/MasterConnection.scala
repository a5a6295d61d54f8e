package io.hydrosphere.mist.worker

import io.hydrosphere.mist.worker.protocol.{WorkerMaster, workerConstants}
import org.apache.thrift.TConfiguration
import org.apache.thrift.protocol.TBinaryProtocol
import org.apache.thrift.transport.TSocket

/** One connection to the master: one call at a time, closed from any thread. */
final class MasterConnection(host: String, port: Int) extends AutoCloseable {
  private val socket =
    new TSocket(MasterConnection.Config, host, port, 0, MasterConnection.ConnectMs)
  socket.getSocket.setTcpNoDelay(true)
  socket.open()

  val client: WorkerMaster.Client = {
    val limit = workerConstants.kMaxMessageBytes.toLong
    // The socket buffers by itself; messages are not framed.
    new WorkerMaster.Client(new TBinaryProtocol(socket, limit, limit, true, true))
  }

  /** A call that gets no answer for so long fails, so that a vanished master is noticed. */
  def setAnswerTimeout(ms: Int): Unit = socket.setSocketTimeout(ms)

  def close(): Unit = socket.close()
}

object MasterConnection {
  private val ConnectMs = 10000

  // The lengths inside a message are limited by the protocol object.
  private val Config =
    new TConfiguration(
      Int.MaxValue,
      TConfiguration.DEFAULT_MAX_FRAME_SIZE,
      TConfiguration.DEFAULT_RECURSION_DEPTH
    )
}
