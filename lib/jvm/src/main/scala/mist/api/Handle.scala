package mist.api

import scala.util.Try

import mist.api.data.{JsData, JsMap}
import mist.api.encoding.JsEncoder

/** A function together with its arguments; `A` is what it returns before it is JSON. */
trait RawHandle[+A] extends Serializable { self =>

  def invoke(ctx: FnContext): Try[A]

  def describe(): Seq[ArgInfo]

  /** Checks the caller's arguments as far as that is possible without Spark. */
  def validate(params: JsMap): Extraction[Unit]

  /** Whether [[validate]] may refuse what fits [[describe]]. If not, a caller that has checked the
    * types need not ask.
    */
  def checksValues: Boolean = true

  def toHandle[B >: A](encoder: JsEncoder[B]): Handle = Handle.fromRaw(this, encoder)
}

/** A whole function: JSON in, JSON out. */
trait Handle extends RawHandle[JsData]

object Handle {
  def fromRaw[A](raw: RawHandle[A], encoder: JsEncoder[A]): Handle = new Handle {
    override def invoke(ctx: FnContext): Try[JsData] =
      raw.invoke(ctx).flatMap(result => Try(encoder(result)))
    override def describe(): Seq[ArgInfo] = raw.describe()
    override def validate(params: JsMap): Extraction[Unit] = raw.validate(params)
    override def checksValues: Boolean = raw.checksValues
  }
}
