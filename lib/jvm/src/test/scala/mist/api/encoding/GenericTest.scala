package mist.api.encoding

import mist.api._
import mist.api.data._
import mist.api.dsl._
import mist.api.encoding.JsSyntax._
import mist.api.encoding.defaults._
import org.scalatest.funsuite.AnyFunSuite
import shapeless.test.illTyped

final case class Point(x: Int, y: Option[Int])

final case class Shape(name: String, points: Seq[Point], tags: Map[String, List[Double]])

final case class Query(
    text: String,
    limit: Int = 10,
    words: Array[String] = Array("a"),
    note: Option[String] = Some("none")
)

final case class Positive(n: Int) {
  require(n > 0, "n must be positive")
}

final case class Tree(value: Int, children: Seq[Tree])

final case class Unreadable(n: Int, odd: Thread)

class GenericTest extends AnyFunSuite {

  implicit private val pointExtractor: RootExtractor[Point] = generic.extractor[Point]
  implicit private val shapeExtractor: RootExtractor[Shape] = generic.extractor[Shape]
  implicit private val pointEncoder: JsEncoder[Point] = generic.encoder[Point]
  private val queryExtractor = generic.extractorWithDefaults[Query]

  private val prefix = "Incomplete object for class mist.api.encoding."

  private def read[A](extractor: JsExtractor[A], json: String): A =
    extractor(Json.parse(json)).get()

  private def message(extractor: JsExtractor[_], json: String): String =
    extractor(Json.parse(json)) match {
      case failed: Failed => failed.message
      case other => fail(s"expected a failure, got $other")
    }

  test("a case class is read field by field, a nested one with its own extractor") {
    assert(
      read(
        shapeExtractor,
        """{"name":"line","points":[{"x":1,"y":2},{"x":3}],"tags":{"a":[0.5]},"more":true}"""
      ) == Shape("line", Seq(Point(1, Some(2)), Point(3, None)), Map("a" -> List(0.5)))
    )
  }

  test("an incomplete object tells its class and every field that is wrong") {
    assert(
      message(pointExtractor, """{"y":"b"}""") == prefix + "Point, reason: Errors[" +
        "Invalid field x:Invalid type: expected Int, got null,Invalid field y:Invalid type: expected Int, got b]"
    )
  }

  test("what is no object is a wrong type") {
    assert(
      message(pointExtractor, "3") == "Invalid type: expected Object {x=Int,y=Option[Int]}, got 3"
    )
  }

  test("a request is described by the fields of its class") {
    assert(
      arg[Shape].describe() == Seq(
        UserInputArgument("name", MString),
        UserInputArgument("points", MList(MObj(Seq("x" -> MInt, "y" -> MOption(MInt))))),
        UserInputArgument("tags", MMap(MString, MList(MDouble)))
      )
    )
  }

  test("a case class may be one argument of several, and have a rule") {
    val args = withArgs(arg[Point]("at").validated(_.x < 10, "too far"), arg[Int]("n", 1))
    def outcome(json: String) = args.extract(FnContext.onlyInput(Json.parseRoot(json)))
    assert(args.describe().head == UserInputArgument("at", pointExtractor.`type`))
    assert(outcome("""{"at":{"x":1}}""") == Extracted((Point(1, None), 1)))
    assert(
      outcome("""{"at":{"x":10}}""") ==
        Failed.InvalidValue("Arg was rejected by validation rule :too far")
    )
  }

  test("defaults of the class stand in for what is missing or null") {
    val query = read(queryExtractor, """{"text":"x","words":null}""")
    assert((query.text, query.limit, query.words.toSeq) == (("x", 10, Seq("a"))))
    assert(query.note.contains("none"))
    assert(read(queryExtractor, """{"text":"x","limit":3}""").limit == 3)
  }

  test("fields with a default are described as optional, and checked when they are given") {
    assert(
      queryExtractor.`type` == MObj(
        Seq(
          "text" -> MString,
          "limit" -> MOption(MInt),
          "words" -> MOption(MList(MString)),
          "note" -> MOption(MString)
        )
      )
    )
    assert(
      message(queryExtractor, """{"limit":"x"}""") == prefix + "Query, reason: Errors[" +
        "Invalid field text:Invalid type: expected String, got null,Invalid field limit:Invalid type: expected Int, got x]"
    )
  }

  test("a class that refuses its values is an invalid value") {
    assert(
      message(generic.extractor[Positive], """{"n":0}""") ==
        prefix + "Positive, reason: Invalid value: requirement failed: n must be positive"
    )
  }

  test("a case class is written in the order of its fields") {
    implicit val shapeEncoder: JsEncoder[Shape] = generic.encoder[Shape]
    val shape = Shape("line", Seq(Point(1, Some(2)), Point(3, None)), Map("a" -> List(0.5)))
    assert(
      Json.compactString(shape.js) ==
        """{"name":"line","points":[{"x":1,"y":2},{"x":3,"y":null}],"tags":{"a":[0.5]}}"""
    )
  }

  test("a class that contains itself is read and written") {
    object Trees {
      implicit lazy val encoder: JsEncoder[Tree] = generic.encoder[Tree]
      implicit lazy val extractor: RootExtractor[Tree] = RootExtractor(MObj.empty)(map =>
        (forInt(map.fieldValue("value")), forSeq[Tree].apply(map.fieldValue("children"))) match {
          case (Extracted(value), Extracted(children)) => Extracted(Tree(value, children))
          case _ => Failed.InvalidValue("no tree")
        }
      )
    }
    val json = """{"value":1,"children":[{"value":2,"children":[]}]}"""
    assert(Json.compactString(Trees.encoder(read(Trees.extractor, json))) == json)
  }

  test("derived instances may travel to executors") {
    val bytes = new java.io.ByteArrayOutputStream
    val out = new java.io.ObjectOutputStream(bytes)
    Seq[Any](shapeExtractor, queryExtractor, pointEncoder).foreach(out.writeObject)
    out.close()
    assert(bytes.size > 0)
  }

  test("what cannot be derived tells what to do") {
    illTyped("generic.extractor[Thread]", "No ObjectExtractor for Thread: .*case class.*")
    illTyped("generic.encoder[Unreadable]", "No ObjectEncoder for .*Unreadable.*JsEncoder.*")
    illTyped("arg[Query]", ".*No RootExtractor for .*Query.*encoding.generic.extractor.*")
    illTyped("""arg[Thread]("n")""", ".*No JsExtractor for Thread.*defaults.*")
    illTyped("new Thread().js", ".*No JsEncoder for Thread.*generic.encoder.*")
    illTyped("generic.extractorWithDefaults[Unreadable]", "No ObjectExtractor for .*Unreadable.*")
    // Scala 2.12 names the type class, but does not look for a text behind a type alias.
    illTyped("""arg[Int]("n").apply((n: String) => n)""", ".*FnForTuple.*Int.*")
  }
}
