package mist.api

/** The type of an argument, as callers see it. `name` is how error texts call it. */
sealed abstract class ArgType extends Product with Serializable {
  def name: String
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

final case class MObj(fields: Seq[(String, ArgType)]) extends RootArgType {
  def name: String =
    fields.map { case (field, t) => s"$field=${t.name}" }.mkString("Object {", ",", "}")
}

object MObj {
  val empty: MObj = MObj(Seq.empty)
}

/** One argument of a function as it describes itself. */
sealed abstract class ArgInfo extends Product with Serializable

/** Given by Mist (a Spark context, extras); callers see only its tags. */
final case class InternalArgument(tags: Seq[String] = Seq.empty) extends ArgInfo

/** Given by the caller. */
final case class UserInputArgument(name: String, t: ArgType) extends ArgInfo

object ArgInfo {
  val StreamingContextTag = "streaming"
  val SqlContextTag = "sql"
  val HiveContextTag = "hive"
}
