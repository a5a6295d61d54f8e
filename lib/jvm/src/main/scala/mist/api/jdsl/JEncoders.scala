package mist.api.jdsl

import java.{lang => jl, util => ju}

import scala.collection.JavaConverters._

import mist.api.data._
import mist.api.encoding.JsEncoder

/** How Java values are written as JSON: `handle.toHandle(JEncoders.intEncoder())`. A Java null is a
  * JSON null.
  */
object JEncoders {

  def empty: JsEncoder[Void] = JsEncoder(_ => JsNull)

  def booleanEncoder: JsEncoder[jl.Boolean] = plain
  def shortEncoder: JsEncoder[jl.Short] = plain
  def intEncoder: JsEncoder[jl.Integer] = plain
  def longEncoder: JsEncoder[jl.Long] = plain
  def doubleEncoder: JsEncoder[jl.Double] = plain
  def stringEncoder: JsEncoder[String] = plain

  /** Typed Double, as sources written for Mist 1.x expect. */
  def floatEncoder: JsEncoder[jl.Double] = plain

  def jsData: JsEncoder[JsData] = plain

  def optionalEncoderOf[A](inner: JsEncoder[A]): JsEncoder[ju.Optional[A]] =
    JsEncoder(value => if (value.isPresent) inner(value.get) else JsNull)

  def listEncoderOf[A](inner: JsEncoder[A]): JsEncoder[ju.List[A]] =
    JsEncoder(list => JsList(list.asScala.map(inner(_)).toList))

  def mapEncoderOf[A](inner: JsEncoder[A]): JsEncoder[ju.Map[String, A]] =
    JsEncoder(map => JsMap(map.asScala.toSeq.map { case (key, value) => key -> inner(value) }: _*))

  private def plain[A]: JsEncoder[A] = JsEncoder(JsData.fromJava(_))
}
