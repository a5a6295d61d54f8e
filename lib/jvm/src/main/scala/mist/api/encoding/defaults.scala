package mist.api.encoding

import java.{lang => jl}

import scala.reflect.ClassTag

import mist.api._
import mist.api.data._
import mist.api.encoding.JsExtractor.{byType, exact}

/** How plain Scala and Java values are read from JSON. */
trait defaultExtractors extends Serializable {

  implicit val forBoolean: JsExtractor[Boolean] = byType(MBoolean) { case flag: JsBoolean =>
    flag.value
  }
  implicit val forInt: JsExtractor[Int] = byType(MInt) {
    case JsNumber(n) if n.isValidInt => n.toInt
  }
  implicit val forLong: JsExtractor[Long] = byType(MLong) {
    case JsNumber(n) if n.isValidLong => n.toLong
  }
  implicit val forFloat: JsExtractor[Float] = byType(MFloat) { case JsNumber(n) => n.toFloat }
  implicit val forDouble: JsExtractor[Double] = byType(MDouble) { case JsNumber(n) => n.toDouble }
  implicit val forString: JsExtractor[String] = byType(MString) { case JsString(text) => text }

  implicit val forJavaBoolean: JsExtractor[jl.Boolean] = boxed(forBoolean)(jl.Boolean.valueOf(_))
  implicit val forJavaInteger: JsExtractor[jl.Integer] = boxed(forInt)(jl.Integer.valueOf(_))
  implicit val forJavaLong: JsExtractor[jl.Long] = boxed(forLong)(jl.Long.valueOf(_))
  implicit val forJavaFloat: JsExtractor[jl.Float] = boxed(forFloat)(jl.Float.valueOf(_))
  implicit val forJavaDouble: JsExtractor[jl.Double] = boxed(forDouble)(jl.Double.valueOf(_))

  implicit def forOption[A](implicit inner: JsExtractor[A]): JsExtractor[Option[A]] =
    exact(MOption(inner.`type`), inner) {
      case JsNull => Extracted(None)
      case js => inner(js).map(Some(_))
    }

  implicit def forSeq[A](implicit inner: JsExtractor[A]): JsExtractor[Seq[A]] =
    listOf(inner)(_.toVector)

  implicit def forList[A](implicit inner: JsExtractor[A]): JsExtractor[List[A]] =
    listOf(inner)(_.toList)

  implicit def forArray[A: ClassTag](implicit inner: JsExtractor[A]): JsExtractor[Array[A]] =
    listOf(inner)(_.toArray)

  implicit def forMap[A](implicit inner: JsExtractor[A]): JsExtractor[Map[String, A]] = {
    val argType = MMap(MString, inner.`type`)
    exact(argType, inner) {
      case map: JsMap =>
        all(argType, map, map.fields) { case (key, value) => inner(value).map(key -> _) }
          .map(_.toMap)
      case other => Failed.invalidType(argType, other)
    }
  }

  private def boxed[A, B](plain: JsExtractor[A])(f: A => B): JsExtractor[B] =
    exact(plain.`type`)(js => plain(js).map(f))

  private def listOf[A, B](inner: JsExtractor[A])(collect: Seq[A] => B): JsExtractor[B] = {
    val argType = MList(inner.`type`)
    exact(argType, inner) {
      case list: JsList => all(argType, list, list.list)(inner(_)).map(collect)
      case other => Failed.invalidType(argType, other)
    }
  }

  // One item that does not fit makes the whole a wrong type.
  private def all[A, B](argType: ArgType, whole: JsData, items: Seq[A])(
      f: A => Extraction[B]
  ): Extraction[Seq[B]] = {
    val values = items.map(f)
    if (values.exists(_.isFailed)) Failed.invalidType(argType, whole)
    else Extracted(values.map(_.get()))
  }
}

/** How plain Scala values are written as JSON. */
trait defaultEncoders extends Serializable {

  implicit val unitEncoder: JsEncoder[Unit] = JsEncoder(_ => JsUnit)
  implicit val booleanEncoder: JsEncoder[Boolean] = JsEncoder(JsBoolean(_))
  implicit val shortEncoder: JsEncoder[Short] = JsEncoder(JsNumber(_))
  implicit val intEncoder: JsEncoder[Int] = JsEncoder(JsNumber(_))
  implicit val longEncoder: JsEncoder[Long] = JsEncoder(JsNumber(_))
  implicit val floatEncoder: JsEncoder[Float] = JsEncoder(JsData.fromScala(_))
  implicit val doubleEncoder: JsEncoder[Double] = JsEncoder(JsNumber(_))
  implicit val stringEncoder: JsEncoder[String] =
    JsEncoder(text => if (text == null) JsNull else JsString(text))

  implicit def jsDataEncoder[A <: JsData]: JsEncoder[A] = JsEncoder(identity)

  implicit def seqEncoder[A](implicit inner: JsEncoder[A]): JsEncoder[Seq[A]] =
    JsEncoder(items => JsList(items.map(inner(_))))

  implicit def listEncoder[A](implicit inner: JsEncoder[A]): JsEncoder[List[A]] =
    JsEncoder(items => JsList(items.map(inner(_))))

  implicit def arrayEncoder[A](implicit inner: JsEncoder[A]): JsEncoder[Array[A]] =
    JsEncoder(items => JsList(items.toSeq.map(inner(_))))

  implicit def optionEncoder[A](implicit inner: JsEncoder[A]): JsEncoder[Option[A]] =
    JsEncoder(_.fold[JsData](JsNull)(inner(_)))

  implicit def mapEncoder[A](implicit inner: JsEncoder[A]): JsEncoder[Map[String, A]] =
    JsEncoder(map => JsMap(map.toSeq.map { case (key, value) => key -> inner(value) }: _*))
}

object defaultExtractors extends defaultExtractors
object defaultEncoders extends defaultEncoders

/** `import mist.api.encoding.defaults._`: both directions. */
object defaults extends defaultExtractors with defaultEncoders
