package org.apache.spark.mist

import java.util.{Properties, UUID}
import java.util.concurrent.ConcurrentHashMap

import scala.collection.JavaConverters._

import org.apache.spark.SparkContext
import org.apache.spark.sql.streaming.{StreamingQuery, StreamingQueryListener}
import org.apache.spark.sql.streaming.StreamingQueryListener._

/** The running queries of structured streaming and who started them. A query has a thread and a job
  * group of its own, so that the end of a job does not reach it. Each SQL session makes one of
  * these (`spark.sql.streaming.streamingQueryListeners`).
  */
final class StreamingQueries extends StreamingQueryListener {

  /* Called on the query's own thread, which has inherited the local properties of the thread that
   * starts it, and before `start` returns there. */
  override def onQueryStarted(event: QueryStartedEvent): Unit = {
    val properties = SparkContext.getActive.map(_.localProperties.get).getOrElse(new Properties)
    StreamingQueries.owners.put(event.runId, properties)
    StreamingQueries.listener(properties)
  }

  override def onQueryProgress(event: QueryProgressEvent): Unit = ()

  override def onQueryTerminated(event: QueryTerminatedEvent): Unit =
    StreamingQueries.owners.remove(event.runId): Unit
}

object StreamingQueries {
  private val owners = new ConcurrentHashMap[UUID, Properties] // of each run of a query
  @volatile private var listener: Properties => Unit = (_: Properties) => ()

  /** Calls `action` with the local properties of each query that starts, on the query's thread. */
  def onStart(action: Properties => Unit): Unit = listener = action

  /** The running queries that a thread with this value of the local property has started. */
  def startedBy(property: String, value: String): Seq[StreamingQuery] = {
    val runs = owners.asScala.filter(_._2.getProperty(property) == value).keySet
    /* A session may have to be asked for its queries with a lock that a start holds: only when
     * needed. */
    if (runs.isEmpty) Nil
    else ArtifactSessions.all.flatMap(_.streams.active).filter(query => runs(query.runId))
  }
}
