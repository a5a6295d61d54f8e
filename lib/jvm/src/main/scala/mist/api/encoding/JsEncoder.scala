package mist.api.encoding

import scala.annotation.implicitNotFound

import mist.api.data.JsData

/** Turns a function's result into JSON. */
@implicitNotFound(
  "No JsEncoder for ${A}: import mist.api.encoding.defaults._ for plain types and collections, " +
    "mist.api.encoding.spark._ for DataFrames; for a case class write: " +
    "implicit val encoder: JsEncoder[X] = encoding.generic.encoder[X]; " +
    "for anything else define one with JsEncoder(f)"
)
trait JsEncoder[A] extends Serializable {
  def apply(a: A): JsData
}

object JsEncoder {
  def apply[A](f: A => JsData): JsEncoder[A] = new JsEncoder[A] {
    override def apply(a: A): JsData = f(a)
  }
}

/** `value.js` on everything that has an encoder. */
object JsSyntax {
  implicit class JsOps[A](private val a: A) extends AnyVal {
    def js(implicit encoder: JsEncoder[A]): JsData = encoder(a)
  }
}
