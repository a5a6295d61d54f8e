package mist.api.encoding

import scala.annotation.implicitNotFound
import scala.reflect.ClassTag

import mist.api._
import mist.api.data.{JsData, JsMap}
import shapeless._
import shapeless.labelled.{field, FieldType}

/** Reads an object into a case class; derived from the extractors of its fields. It checks values,
  * as the class's own constructor may refuse them.
  */
@implicitNotFound(
  "No ObjectExtractor for ${A}: it must be a case class with a JsExtractor for each field. " +
    "Import mist.api.encoding.defaults._, and for a field that is a case class itself write: " +
    "implicit val field: RootExtractor[Y] = encoding.generic.extractor[Y]"
)
trait ObjectExtractor[A] extends RootExtractor[A] {
  override def `type`: MObj
}

object ObjectExtractor {

  /** Refuses everything but an object as a wrong type. */
  def apply[A](argType: => MObj)(f: JsMap => Extraction[A]): ObjectExtractor[A] =
    new ObjectExtractor[A] {
      override lazy val `type`: MObj = argType
      override def apply(js: JsData): Extraction[A] = js match {
        case map: JsMap => f(map)
        case other => Failed.invalidType(`type`.name, other.toString)
      }
    }

  implicit def caseClass[A, Fields <: HList](implicit
      generic: LabelledGeneric.Aux[A, Fields],
      fields: FieldsExtractor[Fields],
      classTag: ClassTag[A]
  ): ObjectExtractor[A] = {
    val name = classTag.runtimeClass.getName
    ObjectExtractor(MObj.ofClass(fields.types, name)) { map =>
      fields(map).flatMap(construct(_)(generic.from)) match {
        case failed: Failed => Failed.IncompleteObject(name, failed)
        case extracted => extracted
      }
    }
  }

  private def construct[A, B](fields: A)(constructor: A => B): Extraction[B] =
    Extraction.tryExtract(constructor(fields))(e => Failed.InvalidValue(e.getMessage))

  /** Reads the fields in the order of their declaration; all that fail are told. */
  trait FieldsExtractor[Fields <: HList] extends Serializable {
    def types: List[(String, ArgType)]
    def apply(map: JsMap): Extraction[Fields]
  }

  object FieldsExtractor {
    implicit val none: FieldsExtractor[HNil] = new FieldsExtractor[HNil] {
      override def types: List[(String, ArgType)] = Nil
      override def apply(map: JsMap): Extraction[HNil] = Extracted(HNil)
    }

    implicit def some[Name <: Symbol, Head, Tail <: HList](implicit
        name: Witness.Aux[Name],
        head: Lazy[JsExtractor[Head]],
        tail: FieldsExtractor[Tail]
    ): FieldsExtractor[FieldType[Name, Head] :: Tail] = {
      val key = name.value.name
      new FieldsExtractor[FieldType[Name, Head] :: Tail] {
        override def types: List[(String, ArgType)] = (key -> head.value.`type`) :: tail.types
        override def apply(map: JsMap): Extraction[FieldType[Name, Head] :: Tail] =
          (read(map), tail(map)) match {
            case (Extracted(value), Extracted(values)) => Extracted(field[Name](value) :: values)
            case (first: Failed, second: Failed) => Failed.toComplex(first, second)
            case (failed: Failed, _) => failed
            case (_, failed: Failed) => failed
          }

        private def read(map: JsMap): Extraction[Head] = head.value(map.fieldValue(key)) match {
          case failed: Failed => Failed.InvalidField(key, failed)
          case extracted => extracted
        }
      }
    }
  }
}
