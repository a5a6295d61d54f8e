package mist.api

import scala.reflect.runtime.universe.typeOf

import org.scalatest.funsuite.AnyFunSuite

class ArgTypeTest extends AnyFunSuite {

  type Alias = Option[String]

  test("Scala types have the types that callers see") {
    assert(
      Seq(typeOf[Int], typeOf[Long], typeOf[Float], typeOf[Double], typeOf[Boolean], typeOf[Any])
        .map(ArgType.fromType) == Seq(MInt, MInt, MDouble, MDouble, MBoolean, MAny)
    )
    assert(ArgType.fromType(typeOf[Alias]) == MOption(MString))
    assert(
      Seq(typeOf[Seq[Int]], typeOf[List[Int]], typeOf[Array[Int]]).map(ArgType.fromType).distinct ==
        Seq(MList(MInt))
    )
    assert(ArgType.fromType(typeOf[Map[String, Seq[Long]]]) == MMap(MString, MList(MInt)))
    assert(ArgType.fromType(typeOf[java.lang.Long]).name == "Long")
  }

  test("other types are refused by name") {
    val e = intercept[IllegalArgumentException](ArgType.fromType(typeOf[Option[Thread]]))
    assert(e.getMessage.startsWith("Type java.lang.Thread is not supported"))
  }
}
