package org.apache.spark.mist

import org.apache.spark.{JobArtifactSet, JobArtifactState}

/**
 * What runs inside sees the jars that were added inside a scope of the same artifact, and executors give each artifact a class
 * loader of its own. Spark made this for its Connect server and keeps it private. It is bound to the thread: threads
 * that a function starts itself see all jars of the worker in one class loader.
 */
object ArtifactScope {
  def apply[A](sha256: String)(body: => A): A =
    JobArtifactSet.withActiveJobArtifactState(JobArtifactState(sha256, None))(body)
}
