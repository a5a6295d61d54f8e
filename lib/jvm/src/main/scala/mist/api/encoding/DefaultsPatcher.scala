package mist.api.encoding

import scala.annotation.implicitNotFound

import mist.api.data.{JsData, JsMap, JsNull}
import shapeless._
import shapeless.labelled.FieldType

/** Puts a case class's default values where an object has nothing or null. */
@implicitNotFound(
  "No DefaultsPatcher for ${A}: it must be a case class with a JsEncoder for each field that has a default value. " +
    "Import mist.api.encoding.defaults._ or define the encoders"
)
trait DefaultsPatcher[A] extends Serializable {

  /** Names of the fields that have a default value. */
  def names: Set[String]

  def apply(map: JsMap): JsMap
}

object DefaultsPatcher {

  def apply[A](implicit patcher: DefaultsPatcher[A]): DefaultsPatcher[A] = patcher

  // Defaults are evaluated for each call, as a constructor would do it.
  implicit def caseClass[A, Fields <: HList](implicit
      defaults: Default.AsRecord.Aux[A, Fields],
      encoder: FieldDefaults[Fields]
  ): DefaultsPatcher[A] = new DefaultsPatcher[A] {
    override lazy val names: Set[String] = encoder.names.toSet

    override def apply(map: JsMap): JsMap =
      encoder(defaults()).foldLeft(map) { case (patched, (name, value)) =>
        if (patched.fieldValue(name) == JsNull) patched.addField(name, value) else patched
      }
  }

  /** The fields that have a default value, as JSON. */
  trait FieldDefaults[Fields <: HList] extends Serializable {
    def names: List[String]
    def apply(fields: Fields): List[(String, JsData)]
  }

  object FieldDefaults {
    implicit val none: FieldDefaults[HNil] = new FieldDefaults[HNil] {
      override def names: List[String] = Nil
      override def apply(fields: HNil): List[(String, JsData)] = Nil
    }

    implicit def some[Name <: Symbol, Head, Tail <: HList](implicit
        name: Witness.Aux[Name],
        head: Lazy[JsEncoder[Head]],
        tail: FieldDefaults[Tail]
    ): FieldDefaults[FieldType[Name, Head] :: Tail] = {
      val key = name.value.name
      new FieldDefaults[FieldType[Name, Head] :: Tail] {
        override def names: List[String] = key :: tail.names
        override def apply(fields: FieldType[Name, Head] :: Tail): List[(String, JsData)] =
          (key -> head.value(fields.head)) :: tail(fields.tail)
      }
    }
  }
}
