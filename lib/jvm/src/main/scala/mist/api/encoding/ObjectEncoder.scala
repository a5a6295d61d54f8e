package mist.api.encoding

import scala.annotation.implicitNotFound

import mist.api.data.{JsData, JsMap}
import shapeless._
import shapeless.labelled.FieldType

/** Writes a case class as an object; derived from the encoders of its fields. `generic.encoder`
  * makes a [[JsEncoder]] of it.
  */
@implicitNotFound(
  "No ObjectEncoder for ${A}: it must be a case class with a JsEncoder for each field. " +
    "Import mist.api.encoding.defaults._, and for a field that is a case class itself write: " +
    "implicit val field: JsEncoder[Y] = encoding.generic.encoder[Y]"
)
trait ObjectEncoder[A] extends Serializable {
  def apply(a: A): JsMap
}

object ObjectEncoder {

  def apply[A](implicit encoder: ObjectEncoder[A]): ObjectEncoder[A] = encoder

  def create[A](f: A => JsMap): ObjectEncoder[A] = new ObjectEncoder[A] {
    override def apply(a: A): JsMap = f(a)
  }

  implicit def caseClass[A, Fields <: HList](implicit
      generic: LabelledGeneric.Aux[A, Fields],
      fields: FieldsEncoder[Fields]
  ): ObjectEncoder[A] = create(a => JsMap(fields(generic.to(a)): _*))

  /** Writes the fields in the order of their declaration. */
  trait FieldsEncoder[Fields <: HList] extends Serializable {
    def apply(fields: Fields): List[(String, JsData)]
  }

  object FieldsEncoder {
    implicit val none: FieldsEncoder[HNil] = new FieldsEncoder[HNil] {
      override def apply(fields: HNil): List[(String, JsData)] = Nil
    }

    // The head's encoder is lazy: it may be the one that is just being made.
    implicit def some[Name <: Symbol, Head, Tail <: HList](implicit
        name: Witness.Aux[Name],
        head: Lazy[JsEncoder[Head]],
        tail: FieldsEncoder[Tail]
    ): FieldsEncoder[FieldType[Name, Head] :: Tail] = {
      val key = name.value.name
      new FieldsEncoder[FieldType[Name, Head] :: Tail] {
        override def apply(fields: FieldType[Name, Head] :: Tail): List[(String, JsData)] =
          (key -> head.value(fields.head)) :: tail(fields.tail)
      }
    }
  }
}
