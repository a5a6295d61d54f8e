package mist.api

import scala.util.Try

import mist.api.data.JsData

/** The parent of every function:
  * {{{
  * object Pi extends MistFn {
  *   override def handle: Handle = withArgs(arg[Int]("samples")).onSparkContext(...).asHandle
  * }
  * }}}
  * `handle` is also evaluated without Spark, to describe the function, so it must only put the
  * function together.
  */
abstract class MistFn extends FnEntryPoint {

  def handle: Handle

  final override def execute(ctx: FnContext): Try[JsData] = Try(handle).flatMap(_.invoke(ctx))
}
