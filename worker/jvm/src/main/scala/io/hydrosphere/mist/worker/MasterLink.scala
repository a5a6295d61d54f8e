package io.hydrosphere.mist.worker

import java.lang.{Long => JLong}
import java.lang.management.ManagementFactory
import java.net.InetAddress
import java.nio.ByteBuffer
import java.util.{ArrayList, List => JList, Map => JMap}
import java.util.concurrent.{CompletableFuture, CountDownLatch, TimeUnit}

import scala.util.control.NonFatal

import io.hydrosphere.mist.worker.MasterLink._
import io.hydrosphere.mist.worker.protocol._
import org.apache.thrift.TException
import org.slf4j.LoggerFactory

/** What the link hands over and asks. Called on the link's threads; nothing here may block. */
trait LinkOwner {
  def onCommand(command: Command): Unit

  /** The commands so far do not come again. */
  def onConfirmed(): Unit

  /** With the milliseconds since each came. */
  def runningAttempts: JMap[AttemptId, JLong]

  /** None until the Spark context is up. */
  def ready: Option[Ready]

  /** The worker has to end: the master does not want it, or has been away for too long. */
  def onGivenUp(reason: String): Unit
}

/** The worker's end of the conversation: dials, registers, takes commands and sends reports, and
  * does all of it again when a connection is lost. One thread owns the session and polls for
  * commands; another sends reports.
  */
final class MasterLink(
    options: WorkerOptions,
    secret: String,
    sparkVersion: String,
    reports: ReportQueue
) {
  private val log = LoggerFactory.getLogger(classOf[MasterLink])
  private val firstWelcome = new CompletableFuture[Welcome]
  private val closed = new CountDownLatch(1)
  private var session: Option[Session] = None // guarded by this

  def start(owner: LinkOwner): Unit = {
    HarnessThread.start("mist-commands")(keepConnected(owner))
    HarnessThread.start("mist-reports")(sendReports())
  }

  /** What the master said at the first registration; waits for it. */
  def welcome: Welcome = firstWelcome.get()

  /** Reads something that comes in chunks, over a connection of its own so that no report waits for
    * it. A lost connection is dialled again and the reading goes on where it was. Throws Refused,
    * or InterruptedException.
    */
  def download(
      read: (WorkerMaster.Client, String, Long) => ByteBuffer
  )(sink: ByteBuffer => Unit): Unit = {
    var offset = 0L
    var done = false
    while (!done) {
      val current = awaitSession()
      try {
        val connection = dial(AnswerMs)
        try
          while (!done) {
            val chunk = read(connection.client, current.id, offset)
            done = !chunk.hasRemaining
            offset += chunk.remaining
            sink(chunk)
          }
        finally connection.close()
      } catch {
        case refused: Refused if refused.getCode != RefusalCode.STALE_SESSION => throw refused
        case _: TException => awaitOther(current)
      }
    }
  }

  def close(): Unit = {
    closed.countDown()
    drop()
    synchronized(notifyAll())
  }

  private def isClosed: Boolean = closed.getCount == 0

  // ---- the thread of the session ----

  private def keepConnected(owner: LinkOwner): Unit = {
    var backOffMs = FirstBackOffMs
    var awaySince = System.nanoTime()
    while (!isClosed) {
      try {
        val current = connect(owner)
        backOffMs = FirstBackOffMs
        try takeCommands(current, owner)
        finally awaySince = System.nanoTime()
      } catch {
        case refused: Refused if isFinal(refused) =>
          if (!isClosed) owner.onGivenUp(s"the master refused: ${refused.getMessage}")
          close()
        case NonFatal(e) if !isClosed => log.info(s"No connection to the master: $e")
        case NonFatal(_) => // closing makes calls fail
      }
      drop()
      val awayMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - awaySince)
      if (!isClosed && awayMs > patienceMs && owner.runningAttempts.isEmpty)
        owner.onGivenUp(s"the master could not be reached for ${awayMs / 1000} s")
      closed.await(backOffMs, TimeUnit.MILLISECONDS)
      backOffMs = math.min(2 * backOffMs, MaxBackOffMs)
    }
  }

  private def patienceMs: Long = if (firstWelcome.isDone) PatienceMs else FirstPatienceMs

  private def connect(owner: LinkOwner): Session = {
    val commands = dial(AnswerMs)
    try {
      val welcome = commands.client.registerWorker(hello(owner))
      commands.setAnswerTimeout(welcome.getPoll_ms + AnswerMs)
      val reporting = introduced(dial(AnswerMs), welcome)
      val generation = reports.connected(welcome.getReceived_through)
      val opened = new Session(welcome, commands, reporting, generation)
      synchronized {
        session = Some(opened)
        notifyAll()
      }
      firstWelcome.complete(welcome)
      opened
    } catch {
      case e: Throwable =>
        commands.close()
        throw e
    }
  }

  private def takeCommands(current: Session, owner: LinkOwner): Unit = {
    var confirmed = 0L
    while (!isClosed) {
      val reply =
        current.commands.client.nextCommands(current.id, confirmed, current.welcome.getPoll_ms)
      if (confirmed > 0) owner.onConfirmed()
      reports.confirm(reply.getDurable_through)
      reply.getCommands.forEach(command => owner.onCommand(command))
      confirmed = reply.getLast_command
    }
  }

  /* What runs is looked at before the newest report: an attempt that is in neither has never been
   * here, which a master that was restarted relies on. */
  private def hello(owner: LinkOwner): Hello = {
    val running = owner.runningAttempts
    val hello = new Hello(
      workerConstants.kProtocolVersion,
      options.name,
      secret,
      sparkVersion,
      ManagementFactory.getRuntimeMXBean.getPid,
      InetAddress.getLocalHost.getHostName,
      new ArrayList(running.keySet),
      reports.oldestKept
    )
    hello.setRunning_ms(new ArrayList(running.values))
    owner.ready.foreach(hello.setReady)
    hello.setLast_report(reports.newest)
  }

  private def dial(answerMs: Int): MasterConnection = {
    val connection = new MasterConnection(options.masterHost, options.masterPort)
    connection.setAnswerTimeout(answerMs)
    connection
  }

  /** Ends the current session, if any; calls that are under way fail. */
  private def drop(): Unit = synchronized {
    session.foreach(_.close())
    session = None
    reports.disconnected()
  }

  // ---- the thread of the reports ----

  private def sendReports(): Unit =
    try
      while (!isClosed) {
        val current = awaitSession()
        val heartbeatMs = current.welcome.getLease_ms / 3L
        reports.take(current.generation, heartbeatMs).foreach(batch => send(current, batch))
      }
    catch { case _: InterruptedException => }

  /* A connection may carry large messages after its first call, which must be small: the report
   * that waits may be a piece of a result. */
  private def introduced(connection: MasterConnection, welcome: Welcome): MasterConnection =
    try {
      connection.client.report(welcome.getSession, java.util.Collections.emptyList[Report]())
      connection
    } catch {
      case NonFatal(e) =>
        connection.close()
        throw e
    }

  private def send(current: Session, batch: JList[Report]): Unit =
    try reports.confirm(current.reporting.client.report(current.id, batch).getDurable_through)
    catch {
      case NonFatal(e) =>
        if (!isClosed) log.info(s"Reports did not reach the master: $e")
        current
          .close() // the session's thread notices and registers again, which sends the batch again
        awaitOther(current)
    }

  private def awaitSession(): Session = synchronized {
    while (session.isEmpty && !isClosed) wait()
    session.getOrElse(throw new InterruptedException("the link to the master is closed"))
  }

  private def awaitOther(old: Session): Unit = synchronized {
    while (session.exists(_ eq old) && !isClosed) wait(RecheckMs)
  }
}

object MasterLink {
  private val AnswerMs = 60000
  private val FirstBackOffMs = 50L
  private val MaxBackOffMs = 1000L
  private val RecheckMs = 1000L

  /* A worker that nobody waits for may go; a master that is restarted or moved is back within
   * minutes. */
  private val PatienceMs = TimeUnit.MINUTES.toMillis(10)
  // At the start the master has just asked for this worker, so it is there or it has gone.
  private val FirstPatienceMs = TimeUnit.MINUTES.toMillis(1)

  private val FinalRefusals =
    Set(RefusalCode.UNKNOWN_WORKER, RefusalCode.WRONG_SECRET, RefusalCode.WRONG_VERSION)

  private def isFinal(refused: Refused): Boolean = FinalRefusals.contains(refused.getCode)

  private final class Session(
      val welcome: Welcome,
      val commands: MasterConnection,
      val reporting: MasterConnection,
      val generation: Long
  ) {
    def id: String = welcome.getSession

    def close(): Unit = {
      commands.close()
      reporting.close()
    }
  }
}
