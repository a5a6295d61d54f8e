package org.apache.spark.mist

import scala.collection.concurrent.{Map => ConcurrentMap, TrieMap}

import org.apache.spark.{JobArtifactSet, JobArtifactState, SparkContext}

/** What runs inside sees the jars that were added for the same artifact, and executors give each
  * artifact a class loader of its own. Spark made this for its Connect server and keeps it private.
  * It is bound to the thread: threads that a function starts itself see all jars of the worker in
  * one class loader.
  */
object ArtifactScope {
  private type Files = ConcurrentMap[String, ConcurrentMap[String, Long]]

  // Spark's name for what was added outside of any scope, such as spark.jars.
  private val Default = "default"

  def apply[A](sha256: String)(body: => A): A =
    JobArtifactSet.withActiveJobArtifactState(JobArtifactState(sha256, None))(body)

  /** Adds the jar for the artifact, beside what every function of this worker may use. Once for
    * each artifact.
    */
  def addJar(context: SparkContext, sha256: String, jar: String): Unit = {
    copyAll(context, Default, sha256)
    apply(sha256)(context.addJar(jar))
  }

  /** Gives what the artifact of the calling thread has to another scope, such as that of an SQL
    * session.
    */
  def shareWith(context: SparkContext, scope: String): Unit =
    JobArtifactSet.getCurrentJobArtifactState
      .map(_.uuid)
      .filter(_ != scope)
      .foreach(copyAll(context, _, scope))

  private def copyAll(context: SparkContext, from: String, to: String): Unit =
    Seq[Files](context.addedJars, context.addedFiles, context.addedArchives).foreach { files =>
      files.get(from).foreach(added => files.getOrElseUpdate(to, TrieMap.empty) ++= added)
    }
}
