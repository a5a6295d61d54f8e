package compat

import java.sql.{Date, Timestamp}
import java.util.Arrays

import mist.api._
import mist.api.data._
import mist.api.dsl._
import mist.api.encoding.JsEncoder
import mist.api.encoding.JsSyntax._
import mist.api.encoding.defaults._
import mist.api.encoding.spark._
import org.apache.spark.SparkContext
import org.apache.spark.sql.{Dataset, SparkSession}

/** Every plain encoder. */
object EveryEncoder extends MistFn {
  private implicit val wordEncoder: JsEncoder[Symbol] = JsEncoder(symbol => JsString(symbol.name))

  override def handle: Handle = onSparkContext((sc: SparkContext) =>
    Map[String, JsData](
      "unit" -> ().js,
      "boolean" -> true.js,
      "short" -> 7.toShort.js,
      "int" -> 5.js,
      "long" -> 9007199254740993L.js,
      "float" -> 1.5f.js,
      "double" -> 3.0.js,
      "nan" -> Double.NaN.js,
      "string" -> "text".js,
      "jsData" -> (JsTrue: JsData).js,
      "seq" -> Seq(1, 2).js,
      "list" -> List("a").js,
      "array" -> Array(0.5).js,
      "some" -> Option(1).js,
      "none" -> (None: Option[Int]).js,
      "map" -> Map("k" -> Seq(1L)).js,
      "own" -> Symbol("mine").js
    )
  ).asHandle
}

object UnitResult extends MistFn {
  override def handle: Handle = onSparkContext((sc: SparkContext) => ()).asHandle
}

object ArrayResult extends MistFn {
  override def handle: Handle = onSparkContext((sc: SparkContext) => Array(1, 2)).asHandle
}

/** A row of every type that a table may have in a result. */
object Table extends MistFn {
  override def handle: Handle = onSparkSession((spark: SparkSession) =>
    spark.sql(
      """select cast(null as string) as n, true as flag, 1Y as byte, 2S as short, 3 as int,
        | 9007199254740993L as long, cast(1.5 as float) as float, 2.5D as double, 'x' as string,
        | timestamp'2024-02-29 12:00:00.123' as at, date'2024-02-29' as day, X'0102' as bytes,
        | 1.50BD as decimal, struct(1 as a, 'b' as b) as struct, array(1, null) as list,
        | map(1, 'one') as map""".stripMargin
    )
  ).asHandle
}

object TypedTable extends MistFn {
  override def handle: Handle = onSparkSession((spark: SparkSession) => {
    import spark.implicits._
    val spots: Dataset[Spot] = Seq(Spot(1, Some(0.5)), Spot(2, None)).toDS()
    spots
  }).asHandle
}

object OddTable extends MistFn {
  override def handle: Handle = onSparkSession((spark: SparkSession) =>
    spark.sql("select interval 1 day as odd")
  ).asHandle
}

/** The JSON tree, built and taken apart. */
object JsonTree extends MistFn {
  override def handle: Handle = onSparkContext((sc: SparkContext) => {
    val built = JsMap(
      "unit" -> JsUnit,
      "null" -> JsNull,
      "string" -> JsString("s"),
      "numbers" -> JsList(
        Seq(JsNumber(1.toShort), JsNumber(2), JsNumber(3L), JsNumber(BigInt("4")), JsNumber(5.5))
      ),
      "flags" -> JsList(Seq(JsTrue, JsFalse, JsBoolean(true))),
      "infinite" -> JsNumber(Double.PositiveInfinity),
      "scala" -> JsData.fromScala(
        Map("a" -> 1, "b" -> Seq(1.5, "x", true), "c" -> None, "d" -> Array(1))
      ),
      "java" -> JsData.fromJava(Arrays.asList(1, 2.5, "x", java.util.Optional.empty))
    ).addField("added", JsMap(Map("k" -> JsString("v"))))
    val JsMap(map) = built
    val parsed = Json4sConversion.parseRoot(Json4sConversion.formattedString(built)).get
    val facts = Seq(
      map.size == built.fields.size,
      built.get("no").isEmpty && built.fieldValue("no") == JsNull,
      parsed.fieldValue("scala") == built.fieldValue("scala"),
      Json4sConversion.parse("[1,").isFailure && Json4sConversion.parseRoot("[1]").isFailure,
      JsData.untyped(parsed)("string") == "s",
      JsMap.empty.fields.isEmpty
    )
    built.addField("facts", JsData.fromScala(facts))
  }).asHandle
}

object Throws extends MistFn {
  override def handle: Handle =
    onSparkContext((sc: SparkContext) => failing()).asHandle

  private def failing(): Int = throw new IllegalStateException("on purpose")
}

class PlainClass extends MistFn {
  override def handle: Handle = onSparkContext((sc: SparkContext) => "a class").asHandle
}

class NoFunction

object BrokenHandle extends MistFn {
  override def handle: Handle = throw new IllegalStateException("no handle today")
}

/** Types that callers never see, and extraction by hand. */
object Extractions extends MistFn {
  import mist.api.encoding.{JsExtractor, RootExtractor}

  private val port = JsExtractor.plain(MInt) {
    case JsNumber(n) if n < 65536 => Extracted(n.toInt)
    case other => Failed.invalidType("Port", other.toString)
  }
  private val all = RootExtractor(MObj(Seq("ports" -> MList(MInt))))(map =>
    forSeq(port).apply(map.fieldValue("ports"))
  )

  override def handle: Handle = onSparkContext((sc: SparkContext) => {
    val read = all(JsMap("ports" -> JsList(Seq(JsNumber(80)))))
    val outcomes = Seq(
      read.get() == Seq(80) && read.isExtracted && !read.isFailed,
      port.recover(_ => 1)(JsNull) == Extracted(1),
      port.orElse(2)(JsNull) == Extracted(2),
      port.map(_ + 1).andThen(n => Extracted(n * 2))(JsNumber(1)) == Extracted(4),
      port.flatMap(_ => forString)(JsNumber(1)).isFailed,
      port.transformFailure(f => Failed.InvalidField("p", f))(JsNull) ==
        Failed.InvalidField("p", Failed.InvalidType("Port", "null")),
      Failed.toComplex(Failed.InternalError("a"), Failed.InvalidValue("b")) ==
        Failed.ComplexFailure(Seq(Failed.InternalError("a"), Failed.InvalidValue("b"))),
      Extraction.tryExtract("x".toInt)(e => Failed.InternalError(e.getClass.getSimpleName)) ==
        Failed.InternalError("NumberFormatException"),
      ArgType.fromType(scala.reflect.runtime.universe.typeOf[Map[String, Int]]) ==
        MMap(MString, MInt)
    )
    outcomes
  }).asHandle
}
