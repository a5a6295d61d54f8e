package mist.api

import org.slf4j.{Logger, LoggerFactory}

/** A logger for functions; what it gets on the driver becomes part of the job's log. Usable inside
  * executors too.
  */
trait Logging {
  @transient protected lazy val logger: Logger =
    LoggerFactory.getLogger(getClass.getName.stripSuffix("$"))
}
