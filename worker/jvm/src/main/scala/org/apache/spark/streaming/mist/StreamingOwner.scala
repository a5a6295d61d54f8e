package org.apache.spark.streaming.mist

import org.apache.spark.streaming.StreamingContext

/** The running streaming context and who started it; Spark keeps the starting thread's properties
  * to itself.
  */
object StreamingOwner {

  /** The running streaming context, if a thread with this value of the local property has started
    * it.
    */
  def startedBy(property: String, value: String): Option[StreamingContext] =
    StreamingContext.getActive().filter { streaming =>
      Option(streaming.savedProperties.get).exists(_.getProperty(property) == value)
    }
}
