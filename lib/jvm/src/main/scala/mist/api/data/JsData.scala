package mist.api.data

import java.{lang => jl, util => ju}

import scala.collection.JavaConverters._

/** A JSON value: what functions are called with and what they answer. Immutable, serializable,
  * independent of any JSON library. Numbers keep all their digits. As text (`toString`) a string is
  * itself, anything else is JSON.
  */
sealed abstract class JsData extends Product with Serializable

/** The result of a function that returns nothing; written as an empty object. */
case object JsUnit extends JsData {
  override def toString: String = "{}"
}

case object JsNull extends JsData {
  override def toString: String = "null"
}

final case class JsString(value: String) extends JsData {
  override def toString: String = value
}

object JsString {
  def of(value: String): JsString = JsString(value)
}

sealed abstract class JsBoolean(val value: Boolean) extends JsData {
  override def toString: String = value.toString
}

case object JsTrue extends JsBoolean(true)
case object JsFalse extends JsBoolean(false)

object JsBoolean {
  def apply(value: Boolean): JsBoolean = if (value) JsTrue else JsFalse
  def of(value: Boolean): JsBoolean = apply(value)
}

final case class JsNumber(v: BigDecimal) extends JsData {
  override def toString: String = v.toString
}

object JsNumber {
  def apply(n: Short): JsNumber = JsNumber(BigDecimal(n.toInt))
  def apply(n: Int): JsNumber = JsNumber(BigDecimal(n))
  def apply(n: Long): JsNumber = JsNumber(BigDecimal(n))
  def apply(n: BigInt): JsNumber = JsNumber(BigDecimal(n))

  /** JSON has no word for NaN and the infinities: they become null. */
  def apply(n: Double): JsData =
    if (n.isNaN || n.isInfinity) JsNull else JsNumber(BigDecimal(jl.Double.toString(n)))

  def of(n: Short): JsNumber = apply(n)
  def of(n: Int): JsNumber = apply(n)
  def of(n: Long): JsNumber = apply(n)
  def of(n: Double): JsData = apply(n)
  def of(n: java.math.BigInteger): JsNumber = apply(BigInt(n))
  def of(n: java.math.BigDecimal): JsNumber = JsNumber(BigDecimal(n))
}

final case class JsList(list: Seq[JsData]) extends JsData {
  override def toString: String = Json.compactString(this)
}

object JsList {
  def of(list: ju.List[JsData]): JsList = JsList(list.asScala.toList)
}

/** One field of an object, for Java: `JsMap.of(List.of(Field.of("k", v)))`. */
final case class Field(key: String, value: JsData)

object Field {
  def of(key: String, value: JsData): Field = Field(key, value)
}

/** An object. Fields keep the order they were given in; of two with one name the last counts. */
final class JsMap private (val fields: Seq[(String, JsData)], val map: Map[String, JsData])
    extends JsData {

  def get(key: String): Option[JsData] = map.get(key)

  /** An absent field and one that is null are the same thing to a function. */
  def fieldValue(key: String): JsData = map.getOrElse(key, JsNull)

  def addField(key: String, value: JsData): JsMap = JsMap(fields :+ (key -> value): _*)

  override def canEqual(other: Any): Boolean = other.isInstanceOf[JsMap]
  override def productArity: Int = 1
  override def productElement(n: Int): Any = map
  override def equals(other: Any): Boolean = other match {
    case that: JsMap => map == that.map
    case _ => false
  }
  override def hashCode: Int = map.hashCode
  override def toString: String = Json.compactString(this)
}

object JsMap {
  val empty: JsMap = new JsMap(Vector.empty, Map.empty)

  def apply(fields: (String, JsData)*): JsMap = {
    val map = fields.toMap
    val distinct =
      if (map.size == fields.size) fields else fields.map(_._1).distinct.map(key => key -> map(key))
    new JsMap(distinct.toVector, map)
  }

  def apply(map: Map[String, JsData]): JsMap = new JsMap(map.toVector, map)

  def unapply(js: JsMap): Option[Map[String, JsData]] = Some(js.map)

  def of(fields: ju.List[Field]): JsMap = apply(
    fields.asScala.map(f => f.key -> f.value).toVector: _*
  )
}

object JsData {

  /** Plain Scala values (numbers, text, Boolean, null, Unit, Option, Seq, Array, Map with text
    * keys) as JSON.
    */
  def fromScala(value: Any): JsData = value match {
    case Some(v) => fromScala(v)
    case None => JsNull
    case seq: Seq[_] => JsList(seq.map(fromScala))
    case array: Array[_] => JsList(array.toSeq.map(fromScala))
    case map: scala.collection.Map[_, _] =>
      JsMap(map.toSeq.map { case (k, v) => key(k) -> fromScala(v) }: _*)
    case other => fromPlain(other)
  }

  /** Plain Java values (numbers, text, Boolean, null, Optional, Iterable, Map with text keys) as
    * JSON.
    */
  def fromJava(value: Any): JsData = value match {
    case optional: ju.Optional[_] => if (optional.isPresent) fromJava(optional.get) else JsNull
    case map: ju.Map[_, _] =>
      JsMap(map.asScala.toSeq.map { case (k, v) => key(k) -> fromJava(v) }: _*)
    case list: jl.Iterable[_] => JsList(list.asScala.map(fromJava).toList)
    case other => fromPlain(other)
  }

  private def fromPlain(value: Any): JsData = value match {
    case null => JsNull
    case js: JsData => js
    case () => JsUnit
    case text: String => JsString(text)
    case flag: Boolean => JsBoolean(flag)
    case n: Byte => JsNumber(n.toInt)
    case n: Short => JsNumber(n)
    case n: Int => JsNumber(n)
    case n: Long => JsNumber(n)
    case n: Float => JsNumber(jl.Double.parseDouble(n.toString))
    case n: Double => JsNumber(n)
    case n: BigInt => JsNumber(n)
    case n: BigDecimal => JsNumber(n)
    case n: java.math.BigInteger => JsNumber.of(n)
    case n: java.math.BigDecimal => JsNumber.of(n)
    case other =>
      throw new IllegalArgumentException(
        s"Can not convert ${other.getClass.getName} to JSON: $other"
      )
  }

  private def key(value: Any): String = value match {
    case text: String => text
    case other =>
      throw new IllegalArgumentException(s"Only text can be the key of a JSON object, not: $other")
  }

  /** An object as plain Scala values. A whole number is an Int or, when it is too large, a Long;
    * others are Double.
    */
  def untyped(js: JsMap): Map[String, Any] = js.map.map { case (k, v) => k -> untypedValue(v) }

  private def untypedValue(js: JsData): Any = js match {
    case JsUnit => Map.empty[String, Any]
    case JsNull => null
    case JsString(text) => text
    case flag: JsBoolean => flag.value
    case JsNumber(n) if n.isValidInt => n.toInt
    case JsNumber(n) if n.isValidLong => n.toLong
    case JsNumber(n) => n.toDouble
    case JsList(list) => list.map(untypedValue)
    case map: JsMap => untyped(map)
  }
}
