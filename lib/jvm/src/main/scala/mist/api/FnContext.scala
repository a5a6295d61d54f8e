package mist.api

import mist.api.data.JsMap
import org.apache.spark.SparkContext
import org.apache.spark.streaming.Duration

/** What one call of a function has to work with. */
sealed trait FnContext {
  def params: JsMap
}

/** The context of a real call, with Spark. */
final case class FullFnContext(
    sc: SparkContext,
    streamingDuration: Duration,
    info: RuntimeJobInfo,
    params: JsMap
) extends FnContext

private[api] final case class InputOnlyContext(params: JsMap) extends FnContext

object FnContext {

  /** Enough to check arguments and to test functions that do not use Spark. */
  def onlyInput(params: JsMap): FnContext = InputOnlyContext(params)

  def apply(
      sc: SparkContext,
      params: JsMap,
      streamingDuration: Duration = Duration(1000),
      info: RuntimeJobInfo = RuntimeJobInfo.Unknown
  ): FullFnContext = FullFnContext(sc, streamingDuration, info, params)
}

/** [[FnContext]] for Java, which knows no default arguments. */
object FnContextBuilder {
  def create(sc: SparkContext, params: JsMap): FullFnContext = FnContext(sc, params)

  def create(sc: SparkContext, params: JsMap, duration: Duration): FullFnContext =
    FnContext(sc, params, duration)

  def create(
      sc: SparkContext,
      params: JsMap,
      duration: Duration,
      info: RuntimeJobInfo
  ): FullFnContext = FnContext(sc, params, duration, info)
}

/** Which job is running, and where. */
final case class RuntimeJobInfo(id: String, workerId: String)

object RuntimeJobInfo {
  val Unknown: RuntimeJobInfo = RuntimeJobInfo("unknown", "unknown")
}

/** What a function may ask to know about its own call (`withMistExtras`). */
final case class MistExtras(jobId: String, workerId: String)

object MistExtras {
  private[api] def of(ctx: FnContext): MistExtras = ctx match {
    case full: FullFnContext => MistExtras(full.info.id, full.info.workerId)
    case _ => MistExtras(RuntimeJobInfo.Unknown.id, RuntimeJobInfo.Unknown.workerId)
  }
}
