package mist.api

import scala.util.{Failure, Success, Try}

import mist.api.data.{JsData, JsMap, Json}
import org.apache.spark.SparkContext
import org.slf4j.LoggerFactory

/** Lets a function run without Mist: `spark-submit --class Pi job.jar '{"samples": 100}'`. The
  * result goes to the log; the exit code is not 0 when the arguments are no JSON object or the
  * function fails.
  */
trait FnEntryPoint {

  def execute(ctx: FnContext): Try[JsData]

  def main(args: Array[String]): Unit = {
    val exitCode = FnEntryPoint.run(this, args.headOption, FnContext(SparkContext.getOrCreate(), _))
    if (exitCode != 0) sys.exit(exitCode)
  }
}

object FnEntryPoint {
  private val logger = LoggerFactory.getLogger(classOf[FnEntryPoint])

  private[api] def run(fn: FnEntryPoint, json: Option[String], context: JsMap => FnContext): Int = {
    val result = for {
      params <- Try(json.fold(JsMap.empty)(Json.parseRoot))
      output <- fn.execute(context(params))
    } yield output

    result match {
      case Success(output) =>
        logger.info(s"Output data: ${Json.formattedString(output)}")
        0
      case Failure(e) =>
        logger.error("The function has failed", e)
        1
    }
  }
}
