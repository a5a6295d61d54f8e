package org.apache.spark.mist

import org.apache.spark.SparkContext
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.hive.HiveContext

/** Sessions with Hive on a SparkContext that was started without it. Spark decides by a setting of
  * the running context, which only its own packages may change. Mist starts one SparkContext in a
  * JVM, so one Hive session is enough; it is kept, because each one opens a metastore of its own.
  */
object HiveSessions {
  private var hive: Option[SparkSession] = None // guarded by this

  def session(sc: SparkContext): SparkSession = synchronized {
    hive.filter(_.sparkContext eq sc).getOrElse {
      val created = create(sc)
      hive = Some(created)
      created
    }
  }

  // HiveContext takes the active session for its own.
  def context(sc: SparkContext): HiveContext = {
    val session = this.session(sc)
    withSessions(active = Some(session), default = SparkSession.getDefaultSession)(
      new HiveContext(sc)
    )
  }

  /* The default session may exist already and know nothing of Hive: it is set aside while ours is
   * made. */
  private def create(sc: SparkContext): SparkSession = withSessions(active = None, default = None) {
    sc.conf.set("spark.sql.catalogImplementation", "hive")
    SparkSession.builder().enableHiveSupport().getOrCreate()
  }

  private def withSessions[A](active: Option[SparkSession], default: Option[SparkSession])(
      f: => A
  ): A = {
    val (activeBefore, defaultBefore) =
      (SparkSession.getActiveSession, SparkSession.getDefaultSession)
    use(active, default)
    try f
    finally use(activeBefore, defaultBefore)
  }

  private def use(active: Option[SparkSession], default: Option[SparkSession]): Unit = {
    active.fold(SparkSession.clearActiveSession())(SparkSession.setActiveSession)
    default.fold(SparkSession.clearDefaultSession())(SparkSession.setDefaultSession)
  }
}
