package io.hydrosphere.mist.inspector

import mist.api.data.JsMap

/** The functions of one kind of artifact. Called by several threads; may be interrupted when a
  * request is too late.
  */
trait Functions {

  /** `{"language":..., "arguments":[{"name","type"}], "tags":[...], "validators":...}` */
  def describe(request: Request): JsMap

  /** Why the function refuses the arguments, if it does. */
  def validate(request: Request, arguments: JsMap): Option[String]
}
