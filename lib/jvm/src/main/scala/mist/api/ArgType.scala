package mist.api

import scala.reflect.runtime.universe.Type

/** The type of an argument, as callers see it. `name` is how error texts call it. */
sealed abstract class ArgType extends Product with Serializable {
  def name: String
}

object ArgType {

  /** The type that a Scala type has for callers. Throws IllegalArgumentException when it has none.
    */
  def fromType(t: Type): ArgType = {
    val dealiased = t.dealias
    def argument(i: Int): ArgType = fromType(dealiased.typeArgs(i))
    dealiased.typeSymbol.fullName match {
      case "scala.Int" | "java.lang.Integer" => MInt
      case "scala.Long" | "java.lang.Long" => MLong
      case "scala.Double" | "java.lang.Double" => MDouble
      case "scala.Float" | "java.lang.Float" => MFloat
      case "scala.Boolean" | "java.lang.Boolean" => MBoolean
      case "java.lang.String" => MString
      case "scala.Any" => MAny
      case "scala.Option" => MOption(argument(0))
      case list if Lists(list) => MList(argument(0))
      case "scala.collection.immutable.Map" => MMap(argument(0), argument(1))
      case other =>
        throw new IllegalArgumentException(
          s"Type $other is not supported: use numbers, Boolean, String, Any, Option, Seq, List, Array or Map of these"
        )
    }
  }

  private val Lists = Set(
    "scala.Array",
    "scala.collection.Seq",
    "scala.collection.immutable.Seq",
    "scala.collection.immutable.List"
  )
}

/** The type of a whole request: what `arg[A]` without a name can be. */
sealed abstract class RootArgType extends ArgType

case object MBoolean extends ArgType { val name = "Boolean" }
case object MString extends ArgType { val name = "String" }
case object MAny extends ArgType { val name = "Any" }

/** Whole numbers of any width: to callers Int and Long are both `MInt`, so they are equal and `case
  * MInt` matches both. Only error texts tell them apart.
  */
sealed abstract class WholeNumber(val name: String) extends ArgType {
  override def productPrefix: String = "MInt"
  override def equals(other: Any): Boolean = other.isInstanceOf[WholeNumber]
  override def hashCode: Int = "MInt".hashCode
  override def toString: String = "MInt"
}
case object MInt extends WholeNumber("Int")
private[api] case object MLong extends WholeNumber("Long")

/** Numbers with a fraction: the same for Double and Float. */
sealed abstract class FractionalNumber(val name: String) extends ArgType {
  override def productPrefix: String = "MDouble"
  override def equals(other: Any): Boolean = other.isInstanceOf[FractionalNumber]
  override def hashCode: Int = "MDouble".hashCode
  override def toString: String = "MDouble"
}
case object MDouble extends FractionalNumber("Double")
private[api] case object MFloat extends FractionalNumber("Float")

final case class MList(v: ArgType) extends ArgType {
  def name: String = s"List[${v.name}]"
}

final case class MOption(v: ArgType) extends ArgType {
  def name: String = s"Option[${v.name}]"
}

final case class MMap(k: ArgType, v: ArgType) extends RootArgType {
  def name: String = s"Map[${k.name}, ${v.name}]"
}

sealed case class MObj(fields: Seq[(String, ArgType)]) extends RootArgType {
  def name: String =
    fields.map { case (field, t) => s"$field=${t.name}" }.mkString("Object {", ",", "}")

  /** The class that it is read into, if one is known; only error texts tell it. */
  def ofClass: Option[String] = None
}

object MObj {
  val empty: MObj = MObj(Seq.empty)

  private[api] def ofClass(fields: Seq[(String, ArgType)], className: String): MObj =
    new MObj(fields) {
      override def ofClass: Option[String] = Some(className)
    }
}

/** One argument of a function as it describes itself. */
sealed abstract class ArgInfo extends Product with Serializable

/** Given by Mist (a Spark context, extras); callers see only its tags. */
final case class InternalArgument(tags: Seq[String] = Seq.empty) extends ArgInfo

/** Given by the caller. */
sealed case class UserInputArgument(name: String, t: ArgType) extends ArgInfo

/** Given by the caller as a field of a class that the whole request is read into. */
final class FieldOfRequest(name: String, t: ArgType, val className: String)
    extends UserInputArgument(name, t)

/** Given by the caller; failures do not tell its name. */
final class UnnamedInFailures(name: String, t: ArgType) extends UserInputArgument(name, t)

object ArgInfo {
  val StreamingContextTag = "streaming"
  val SqlContextTag = "sql"
  val HiveContextTag = "hive"
}
