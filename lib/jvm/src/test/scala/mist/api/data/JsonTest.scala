package mist.api.data

import java.{util => ju}

import org.scalatest.funsuite.AnyFunSuite

class JsonTest extends AnyFunSuite {

  private def roundTrip(text: String): String = Json.compactString(Json.parse(text))

  test("numbers keep all their digits") {
    val text =
      "[1,9007199254740993,0.1000000000000000055511151231257827,3.0,123456789012345678901234567890]"
    assert(roundTrip(text) == text)
  }

  test("fields keep their order, and of two with one name the last counts") {
    assert(
      roundTrip(
        """{"z":1,"a":2,"m":3,"b":4,"c":5,"z":6}"""
      ) == """{"z":6,"a":2,"m":3,"b":4,"c":5}"""
    )
  }

  test("what is no JSON value is refused") {
    for (text <- Seq("", "{", "1 2", "nul", "{\"a\":}", "[" * 2000 + "]" * 2000)) {
      withClue(text.take(20)) { assertThrows[IllegalArgumentException](Json.parse(text)) }
    }
  }

  test("a root is an object") {
    assert(Json.parseRoot("{}") == JsMap.empty)
    assertThrows[IllegalArgumentException](Json.parseRoot("[]"))
  }

  test("a long text is no problem") {
    val text = "x" * (21 << 20)
    assert(Json.parse("\"" + text + "\"") == JsString(text))
  }

  test("unit is written as an empty object, NaN and the infinities as null") {
    assert(Json.compactString(JsUnit) == "{}")
    assert(Seq(Double.NaN, Double.PositiveInfinity).map(JsNumber(_)) == Seq(JsNull, JsNull))
  }

  test("maps are equal whatever the order of their fields") {
    assert(JsMap("a" -> JsTrue, "b" -> JsNull) == JsMap("b" -> JsNull, "a" -> JsTrue))
  }

  test("an absent field reads as null") {
    assert(JsMap.empty.fieldValue("a") == JsNull)
  }

  test("plain Scala values become JSON") {
    val value = Map("a" -> Seq[Any](1, 2L, 2.5, "x", true, None, Some(Array(1)), null, ()))
    assert(
      Json.compactString(JsData.fromScala(value)) == """{"a":[1,2,2.5,"x",true,null,[1],null,{}]}"""
    )
  }

  test("plain Java values become JSON") {
    val value = ju.Collections.singletonMap(
      "a",
      ju.Arrays.asList[Any](1, 2.5, "x", true, ju.Optional.of(7), null)
    )
    assert(Json.compactString(JsData.fromJava(value)) == """{"a":[1,2.5,"x",true,7,null]}""")
  }

  test("values that JSON has no word for are refused") {
    assertThrows[IllegalArgumentException](JsData.fromScala(new Object))
    assertThrows[IllegalArgumentException](JsData.fromScala(Map(1 -> 2)))
  }

  test("untyped numbers are Int, Long when they are larger, and otherwise Double") {
    val untyped =
      JsData.untyped(Json.parseRoot("""{"i":1,"l":3000000000,"d":1.5,"n":null,"o":{"a":[1]}}"""))
    assert(
      untyped == Map[String, Any](
        "i" -> 1,
        "l" -> 3000000000L,
        "d" -> 1.5,
        "n" -> null,
        "o" -> Map("a" -> Seq(1))
      )
    )
  }
}
