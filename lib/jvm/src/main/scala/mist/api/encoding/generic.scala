package mist.api.encoding

import mist.api.{MObj, MOption}
import shapeless.Lazy

/** Encoders and extractors of case classes, made from those of their fields. A field that is a case
  * class itself needs an implicit of its own.
  */
object generic {

  def encoder[A](implicit encoder: Lazy[ObjectEncoder[A]]): JsEncoder[A] =
    JsEncoder(a => encoder.value(a))

  /** Every field is required, except for Options. */
  def extractor[A](implicit extractor: Lazy[ObjectExtractor[A]]): RootExtractor[A] =
    extractor.value

  /** A field with a default value may be missing. */
  def extractorWithDefaults[A](implicit
      extractor: Lazy[ObjectExtractor[A]],
      patcher: Lazy[DefaultsPatcher[A]]
  ): RootExtractor[A] =
    RootExtractor(withOptions(extractor.value.`type`, patcher.value.names))(map =>
      extractor.value(patcher.value(map))
    )

  private def withOptions(plain: MObj, names: Set[String]): MObj = {
    val fields = plain.fields.map {
      case (name, t) if names(name) && !t.isInstanceOf[MOption] => name -> MOption(t)
      case field => field
    }
    plain.ofClass.fold(MObj(fields))(MObj.ofClass(fields, _))
  }
}
