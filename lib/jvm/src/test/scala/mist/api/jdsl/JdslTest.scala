package mist.api.jdsl

import java.util.{Arrays, Optional}

import mist.api._
import mist.api.data._
import org.scalatest.funsuite.AnyFunSuite

class JdslTest extends AnyFunSuite {

  private def input(json: String): FnContext = FnContext.onlyInput(Json.parseRoot(json))

  test("a Java function describes its arguments") {
    assert(
      new JavaFunctions.Everything().handle.describe() == Seq(
        UserInputArgument("s", MString),
        UserInputArgument("d", MOption(MDouble)),
        UserInputArgument("b", MOption(MBoolean)),
        UserInputArgument("o", MOption(MString)),
        UserInputArgument("l", MList(MString)),
        InternalArgument(),
        InternalArgument(),
        InternalArgument(Seq("sql"))
      )
    )
  }

  test("arguments are extracted as Java values") {
    assert(
      JavaFunctions.Sum.extract(input("""{"numbers":[1,2]}""")) ==
        Extracted((Integer.valueOf(1), Arrays.asList(1, 2)))
    )
  }

  test("a rule refuses with its reason") {
    JavaFunctions.Sum.extract(input("""{"start":-1,"numbers":[]}""")) match {
      case failed: Failed => assert(failed.message.endsWith(":no debts"))
      case other => fail(s"expected a failure, got $other")
    }
  }

  test("only a function with rules checks values") {
    assert(new JavaFunctions.Sum().handle.checksValues)
    assert(!new JavaFunctions.Everything().handle.checksValues)
  }

  test("a JSON tree is built from Java") {
    assert(JavaFunctions.tree() == Json.parse("""{"a":1,"b":"x"}"""))
  }

  test("Java values are encoded, null as null") {
    val encoder = JEncoders.mapEncoderOf(JEncoders.optionalEncoderOf(JEncoders.booleanEncoder))
    val value = java.util.Map.of("a", Optional.of(java.lang.Boolean.TRUE))
    assert(Json.compactString(encoder(value)) == """{"a":true}""")
    assert(JEncoders.empty(null) == JsNull && JEncoders.stringEncoder(null) == JsNull)
    assert(JEncoders.floatEncoder(3.0) == JsNumber(3.0))
  }
}
