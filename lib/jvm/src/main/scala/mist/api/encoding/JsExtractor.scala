package mist.api.encoding

import scala.annotation.implicitNotFound

import mist.api._
import mist.api.data.{JsData, JsMap}

/** Turns JSON into a typed argument. */
@implicitNotFound(
  "No JsExtractor for ${A}: import mist.api.encoding.defaults._ for plain types and collections; " +
    "for a case class write: implicit val extractor: RootExtractor[X] = encoding.generic.extractor[X]; " +
    "for anything else define one with JsExtractor.plain(argType)(f)"
)
trait JsExtractor[A] extends Serializable { self =>

  def `type`: ArgType

  def apply(js: JsData): Extraction[A]

  /** Whether a value that fits `type` may still be refused. */
  def checksValues: Boolean = true

  final def map[B](f: A => B): JsExtractor[B] = andThen(a => Extracted(f(a)))

  final def andThen[B](f: A => Extraction[B]): JsExtractor[B] =
    JsExtractor.plain(`type`)(js => self(js).flatMap(f))

  /** A second look at the same JSON, chosen by what the first one found. */
  final def flatMap[B](f: A => JsExtractor[B]): JsExtractor[B] =
    JsExtractor.plain(`type`)(js => self(js).flatMap(a => f(a)(js)))

  /** A value in place of each failure. */
  final def recover(f: Failed => A): JsExtractor[A] = whenFailed(failed => Extracted(f(failed)))

  final def orElse[B <: A](value: => B): JsExtractor[A] = recover(_ => value)

  final def transformFailure(f: Failed => Failed): JsExtractor[A] = whenFailed(f)

  private def whenFailed(f: Failed => Extraction[A]): JsExtractor[A] =
    JsExtractor.plain(`type`)(js =>
      self(js) match {
        case failed: Failed => f(failed)
        case extracted => extracted
      }
    )
}

object JsExtractor {

  def plain[A](argType: ArgType)(f: JsData => Extraction[A]): JsExtractor[A] = new JsExtractor[A] {
    override def `type`: ArgType = argType
    override def apply(js: JsData): Extraction[A] = f(js)
  }

  /** Accepts `values` and refuses the rest as a wrong type; `values` cover everything that fits the
    * type.
    */
  private[encoding] def byType[A](
      argType: ArgType
  )(values: PartialFunction[JsData, A]): JsExtractor[A] =
    exact(argType)(js =>
      values.andThen(a => Extracted(a)).applyOrElse(js, Failed.invalidType(argType, _: JsData))
    )

  /** Refuses only what does not fit the type, if `parts` do so too. */
  private[encoding] def exact[A](argType: ArgType, parts: JsExtractor[_]*)(
      f: JsData => Extraction[A]
  ): JsExtractor[A] =
    new JsExtractor[A] {
      override def `type`: ArgType = argType
      override def apply(js: JsData): Extraction[A] = f(js)
      override def checksValues: Boolean = parts.exists(_.checksValues)
    }
}

/** Reads a whole request; each field of its type is described as an argument of its own. */
@implicitNotFound(
  "No RootExtractor for ${A}: an arg without a name takes the whole request. Write: " +
    "implicit val extractor: RootExtractor[${A}] = encoding.generic.extractor[${A}]"
)
trait RootExtractor[A] extends JsExtractor[A] {
  override def `type`: RootArgType
}

object RootExtractor {
  def apply[A](argType: MObj)(f: JsMap => Extraction[A]): RootExtractor[A] =
    ObjectExtractor(argType)(f)
}
