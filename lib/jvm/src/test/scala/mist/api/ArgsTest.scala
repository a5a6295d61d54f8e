package mist.api

import mist.api.data._
import mist.api.dsl._
import mist.api.encoding.defaults._
import mist.api.encoding.{JsExtractor, RootExtractor}
import org.scalatest.funsuite.AnyFunSuite

class ArgsTest extends AnyFunSuite {

  private def input(json: String): FnContext = FnContext.onlyInput(Json.parseRoot(json))

  private def message(arg: ArgDef[_], json: String): String = arg.extract(input(json)) match {
    case failed: Failed => failed.message
    case other => fail(s"expected a failure, got $other")
  }

  test("a required argument tells what is wrong with it") {
    val n = arg[Int]("n")
    assert(n.extract(input("""{"n":5}""")) == Extracted(5))
    assert(message(n, "{}") == "Invalid field n:Invalid type: expected Int, got null")
    assert(message(n, """{"n":null}""") == "Invalid field n:Invalid type: expected Int, got null")
    assert(message(n, """{"n":"abc"}""") == "Invalid field n:Invalid type: expected Int, got abc")
    assert(message(n, """{"n":1.5}""") == "Invalid field n:Invalid type: expected Int, got 1.5")
    assert(
      message(
        n,
        """{"n":3000000000}"""
      ) == "Invalid field n:Invalid type: expected Int, got 3000000000"
    )
  }

  test("error texts name the precise type") {
    val texts =
      Seq(arg[Long]("x"), arg[Float]("x"), arg[Double]("x"), arg[Boolean]("x"), arg[Seq[Long]]("x"))
        .map(message(_, """{"x":"a"}"""))
    assert(
      texts.map(_.split("expected ")(1)) ==
        Seq("Long, got a", "Float, got a", "Double, got a", "Boolean, got a", "List[Long], got a")
    )
    assert(
      message(arg[Map[String, Option[Int]]]("x"), "{}")
        .contains("expected Map[String, Option[Int]], got null")
    )
  }

  test("a default takes the place of what is missing or null") {
    val n = arg[Int]("n", 7)
    assert(
      Seq("{}", """{"n":null}""", """{"n":1}""")
        .map(json => n.extract(input(json)).get()) == Seq(7, 7, 1)
    )
    assert(n.describe() == Seq(UserInputArgument("n", MOption(MInt))))
  }

  test("collections and options are read") {
    assert(arg[Option[Int]]("x").extract(input("{}")) == Extracted(None))
    assert(
      arg[List[String]]("x").extract(input("""{"x":["a","b"]}""")) == Extracted(List("a", "b"))
    )
    assert(arg[Array[Int]]("x").extract(input("""{"x":[1,2]}""")).get().sum == 3)
    assert(
      arg[Map[String, Double]]("x").extract(input("""{"x":{"a":1}}""")) == Extracted(
        Map("a" -> 1.0)
      )
    )
    assert(
      message(arg[Seq[Int]]("x"), """{"x":[1,"b"]}""")
        .endsWith("""expected List[Int], got [1,"b"]""")
    )
  }

  test("a validation rule refuses with its reason") {
    val prefix = "Invalid value: Arg was rejected by validation rule"
    def text(n: ArgDef[Int]) = message(n, """{"n":-1}""")
    assert(text(arg[Int]("n").validated(_ > 0)) == s"$prefix :Validation failed")
    assert(text(arg[Int]("n").validated(_ > 0, "too small")) == s"$prefix :too small")
    assert(text(arg[Int]("n").validated(_ > 0, "")) == prefix)
    assert(
      text(arg[Int]("n").validated(n => 1 / (n + 1) > 0))
        .startsWith("Internal error: java.lang.Arithmetic")
    )
  }

  test("all failures are told at once") {
    val args = withArgs(arg[Int]("a"), arg[Int]("b"), arg[Int]("c", 1))
    assert(
      message(args, """{"c":"x"}""") ==
        "Errors[Invalid field a:Invalid type: expected Int, got null," +
        "Invalid field b:Invalid type: expected Int, got null,Invalid field c:Invalid type: expected Int, got x]"
    )
  }

  test("arguments that are put together already are flattened") {
    val args =
      withArgs(arg[Int]("a") & arg[String]("b"), const(true), arg[Int]("c") & arg[Int]("d"))
    val fn = args((a: Int, b: String, flag: Boolean, c: Int, d: Int) => s"$a$b$flag$c$d")
    assert(fn.invoke(input("""{"a":1,"b":"x","c":2,"d":3}""")).get == "1xtrue23")
  }

  test("a method may be the function") {
    def sum(a: Int, b: Int): Int = a + b
    assert(
      withArgs(arg[Int]("a"), arg[Int]("b", 2)).apply(sum _).invoke(input("""{"a":1}""")).get == 3
    )
  }

  test("twenty-one arguments are put together") {
    def c(n: Int) = const(n)
    val args = withArgs(
      c(1),
      c(2),
      c(3),
      c(4),
      c(5),
      c(6),
      c(7),
      c(8),
      c(9),
      c(10),
      c(11),
      c(12),
      c(13),
      c(14),
      c(15),
      c(16),
      c(17),
      c(18),
      c(19),
      c(20),
      c(21)
    )
    assert(args.extract(input("{}")).get().productIterator.toSeq == (1 to 21))
  }

  test("a function that does not fit its arguments does not compile") {
    assertDoesNotCompile("""arg[Int]("n").apply((n: String) => n)""")
    assertDoesNotCompile("""withArgs(arg[Int]("n"), arg[Int]("m")).apply((n: Int) => n)""")
  }

  test("bad arguments fail the call with the original's text") {
    val result = arg[Int]("n").apply((n: Int) => n).invoke(input("{}"))
    assert(
      result.failed.get.getMessage ==
        "Arguments does not conform to job [Invalid field n:Invalid type: expected Int, got null]"
    )
  }

  test("const, missing and allArgs") {
    assert(message(missing[Int]("not yet"), "{}") == "Internal error: not yet")
    assert(allArgs.extract(input("""{"a":1}""")) == Extracted(Map("a" -> 1)))
  }

  test("extras are unknown outside Mist") {
    assert(withMistExtras.extract(input("{}")) == Extracted(MistExtras("unknown", "unknown")))
    assert(
      arg[Int]("n", 1).withMistExtras.extract(input("{}")) == Extracted(
        (1, MistExtras("unknown", "unknown"))
      )
    )
  }

  test("contexts are described by their tags and cannot be had without Spark") {
    assert(sparkSessionWithHiveArg.describe() == Seq(InternalArgument(Seq("sql", "hive"))))
    assert(streamingContextArg.describe() == Seq(InternalArgument(Seq("streaming"))))
    assert(message(sparkContextArg, "{}").startsWith("Internal error: the function needs Spark"))
  }

  test("validate needs no Spark") {
    val fn =
      arg[Int]("n").validated(_ > 0).onSparkContext((n: Int, _: org.apache.spark.SparkContext) => n)
    assert(fn.validate(Json.parseRoot("""{"n":1}""")) == Extracted(()))
    assert(fn.validate(Json.parseRoot("""{"n":0}""")).isFailed)
  }

  test("validate asks andThen about the caller's arguments") {
    val even =
      arg[Int]("n").andThen(n => if (n % 2 == 0) Extracted(n) else Failed.InvalidValue("odd"))
    assert(even.validate(Json.parseRoot("""{"n":1}""")) == Failed.InvalidValue("odd"))
  }

  test("only rules beyond the types make a function check values") {
    def checks(args: ArgDef[_]): Boolean = args.checksValues
    assert(
      !checks(
        withArgs(
          arg[Seq[Option[Int]]]("a"),
          arg[Map[String, Long]]("b"),
          arg[Int]("c", 1)
        ).withMistExtras
      )
    )
    assert(checks(withArgs(arg[Int]("a").validated(_ > 0), arg[Int]("b"))))
    assert(checks(arg[Int]("a").andThen(Extracted(_))))
    val port = forInt.andThen(n => if (n < 65536) Extracted(n) else Failed.InvalidValue("no port"))
    assert(checks(arg[Seq[Int]]("ports")(forSeq(port))))
  }

  test("a root extractor is described field by field") {
    implicit val point: RootExtractor[(Int, Int)] = new RootExtractor[(Int, Int)] {
      val `type`: RootArgType = MObj(Seq("x" -> MInt, "y" -> MInt))
      def apply(js: JsData): Extraction[(Int, Int)] = withArgs(arg[Int]("x"), arg[Int]("y"))
        .extract(FnContext.onlyInput(js.asInstanceOf[JsMap]))
    }
    assert(
      arg[(Int, Int)].describe() == Seq(UserInputArgument("x", MInt), UserInputArgument("y", MInt))
    )
    assert(arg[(Int, Int)].extract(input("""{"x":1,"y":2}""")) == Extracted((1, 2)))
  }

  test("Int and Long are one type to callers") {
    val types: Seq[ArgType] = Seq(forInt.`type`, forLong.`type`)
    assert(types.distinct == Seq(MInt) && types.forall { case MInt => true; case _ => false })
  }

  test("an extractor goes on and recovers") {
    val size: JsExtractor[Int] = forString.map(_.length).orElse(-1)
    assert(Seq(JsString("abc"), JsNumber(7)).map(size(_)) == Seq(Extracted(3), Extracted(-1)))
    assert(forInt.recover(_.message.length)(JsNull) == Extracted(36))
    val twice = forString.flatMap(text => forString.map(_ + text))
    assert(twice(JsString("ab")) == Extracted("abab"))
    assert(
      forInt.transformFailure(_ => Failed.InvalidValue("x"))(JsNull) == Failed.InvalidValue("x")
    )
  }
}
