package compat

import mist.api._
import mist.api.dsl._
import mist.api.encoding._
import mist.api.encoding.defaults._
import org.apache.spark.SparkContext

case class Spot(x: Int, y: Option[Double])

case class Req(
    numbers: Seq[Int],
    spot: Spot,
    words: Map[String, List[String]],
    flags: Array[Boolean],
    big: Long
)

case class WithDefaults(text: String, limit: Int = 10, words: Seq[String] = Seq("a"), ratio: Float = 0.5f)

case class Answer(total: Int, req: Req)

/** One argument of every type that the API knows. */
object EveryType extends MistFn {
  implicit val spotExtractor: RootExtractor[Spot] = generic.extractor[Spot]

  override def handle: Handle =
    withArgs(
      arg[Boolean]("boolean"),
      arg[Int]("int"),
      arg[Long]("long"),
      arg[Float]("float"),
      arg[Double]("double"),
      arg[String]("string"),
      arg[Option[Int]]("option"),
      arg[Seq[Int]]("seq"),
      arg[List[String]]("list"),
      arg[Array[Double]]("array"),
      arg[Map[String, Long]]("map"),
      arg[Spot]("spot"),
      arg[String]("default", "unset"),
      arg[java.lang.Integer]("boxed")
    ).onSparkContext(
      (
          boolean: Boolean,
          int: Int,
          long: Long,
          float: Float,
          double: Double,
          string: String,
          option: Option[Int],
          seq: Seq[Int],
          list: List[String],
          array: Array[Double],
          map: Map[String, Long],
          spot: Spot,
          default: String,
          boxed: java.lang.Integer,
          sc: SparkContext
      ) =>
        Seq(
          boolean,
          int,
          long,
          float,
          double,
          string,
          option.getOrElse("none"),
          seq.sum,
          list.mkString("+"),
          array.sum,
          map.values.sum,
          spot.x,
          default,
          boxed
        ).map(_.toString)
    ).asHandle
}

/** The whole request as a case class with a case class inside, and both in the result. */
object RequestClass extends MistFn {
  implicit val spotExtractor: RootExtractor[Spot] = generic.extractor[Spot]
  implicit val reqExtractor: RootExtractor[Req] = generic.extractor[Req]
  implicit val spotEncoder: JsEncoder[Spot] = generic.encoder[Spot]
  implicit val reqEncoder: JsEncoder[Req] = generic.encoder[Req]
  implicit val answerEncoder: JsEncoder[Answer] = generic.encoder[Answer]

  override def handle: Handle = arg[Req]
    .onSparkContext((req: Req, sc: SparkContext) =>
      Answer(sc.parallelize(req.numbers).map(_ * req.spot.x).collect().sum, req)
    )
    .asHandle
}

object DefaultsClass extends MistFn {
  implicit val extractor: RootExtractor[WithDefaults] = generic.extractorWithDefaults[WithDefaults]
  implicit val encoder: JsEncoder[WithDefaults] = generic.encoder[WithDefaults]

  override def handle: Handle =
    arg[WithDefaults].onSparkContext((req: WithDefaults, sc: SparkContext) => req).asHandle
}

/** Put together in every way there is, and called with a method. */
object PutTogether extends MistFn {
  val even: ArgDef[Int] = arg[Int]("even").andThen(n =>
    if (n % 2 == 0) Extracted(n) else Failed.InvalidValue(s"$n is odd")
  )

  val in = arg[Int]("a") & arg[Int]("b", 2).map(_ * 10) combine even.combine(const("c"))

  def body(a: Int, b: Int, even: Int, c: String, extras: MistExtras, sc: SparkContext): String =
    s"${sc.parallelize(Seq(a, b, even)).sum()}$c${extras.jobId}@${extras.workerId}"

  val raw: RawHandle[String] = in.withMistExtras.onSparkContext(body _)

  override def handle: Handle = raw.asHandle
}

object Ruled extends MistFn {
  override def handle: Handle = withArgs(
    arg[Int]("n").validated(_ > 0, "n must be positive"),
    arg[String]("s", "x").validated(_.nonEmpty),
    arg[Double]("d", 1.0).validated(_ < 10, "")
  ).onSparkContext((n: Int, s: String, d: Double, sc: SparkContext) => s * n).asHandle
}

object Missing extends MistFn {
  override def handle: Handle =
    missing[Int]("never there").onSparkContext((n: Int, sc: SparkContext) => n).asHandle
}

object Untyped extends MistFn {
  override def handle: Handle = allArgs
    .onSparkContext((all: Map[String, Any], sc: SparkContext) =>
      all.map { case (key, value) => key -> s"${if (value == null) "Null" else value.getClass.getSimpleName}" }
    )
    .asHandle
}

/** As many arguments as a function can have. */
object TwentyOne extends MistFn {
  private def n(i: Int) = arg[Int](s"n$i", i)

  override def handle: Handle = {
    val ten = withArgs(n(1), n(2), n(3), n(4), n(5), n(6), n(7), n(8), n(9), n(10))
    val eleven = withArgs(n(11), n(12), n(13), n(14), n(15), n(16), n(17), n(18), n(19), n(20), n(21))
    (ten & eleven)
      .onSparkContext(
        (
            a: Int, b: Int, c: Int, d: Int, e: Int, f: Int, g: Int, h: Int, i: Int, j: Int, k: Int,
            l: Int, m: Int, n: Int, o: Int, p: Int, q: Int, r: Int, s: Int, t: Int, u: Int,
            sc: SparkContext
        ) => Seq(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u).sum
      )
      .asHandle
  }
}
