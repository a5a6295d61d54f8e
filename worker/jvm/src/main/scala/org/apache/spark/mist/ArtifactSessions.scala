package org.apache.spark.mist

import java.util.{Collections, WeakHashMap}
import java.util.concurrent.ConcurrentHashMap

import scala.collection.JavaConverters._

import org.apache.spark.sql.{SparkSession, SparkSessionExtensions}

/** Since Spark 4 an SQL session has a scope of its own, in which all its work runs whatever the
  * scope of the calling thread. So each artifact has a session of its own, and a session gets the
  * jars of the artifact that uses it first. Spark tells us of a session when it is put together,
  * through this class (`spark.sql.extensions`).
  */
final class ArtifactSessions extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = {
    ArtifactSessions.sqlIsUsed = true
    extensions.injectParser { (session, parser) =>
      ArtifactSessions.known.add(session)
      // Not public, and of another class in each Spark line.
      val scope = session.getClass.getMethod("sessionUUID").invoke(session).toString
      ArtifactScope.shareWith(session.sparkContext, scope)
      parser
    }
  }
}

object ArtifactSessions {
  private val sessions = new ConcurrentHashMap[String, SparkSession]
  private val known =
    Collections.synchronizedSet(
      Collections.newSetFromMap(new WeakHashMap[SparkSession, java.lang.Boolean])
    )
  @volatile private var sqlIsUsed = false

  /** Every SQL session that was put together, also those that functions and Spark make. */
  def all: Seq[SparkSession] = known.synchronized(known.asScala.toList)

  /** Makes the artifact's session the one that `SparkSession.builder().getOrCreate()` gives to this
    * thread. A function that does not say that it wants SQL gets one only when SQL is in use
    * already, so that its classes stay unloaded otherwise; should it then ask after all, it gets
    * the first session of the worker.
    */
  def activate(sha256: String, wantsSql: Boolean): Unit =
    if (wantsSql || sqlIsUsed)
      SparkSession.setActiveSession(sessions.computeIfAbsent(sha256, _ => newSession()))

  private def newSession(): SparkSession = synchronized {
    SparkSession.getDefaultSession.getOrElse(SparkSession.builder().getOrCreate()).newSession()
  }
}
