package mist.api.encoding

import java.sql.{Date, Timestamp}
import java.util.TimeZone

import mist.api.data._
import mist.api.encoding.JsSyntax._
import mist.api.encoding.defaults._
import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema
import org.apache.spark.sql.types._
import org.scalatest.funsuite.AnyFunSuite

class EncodersTest extends AnyFunSuite {

  private def row(value: Any, dataType: DataType): Row =
    new GenericRowWithSchema(Array(value), StructType(Seq(StructField("c", dataType))))

  private def encoded(value: Any, dataType: DataType): String =
    Json.compactString(spark.encodeRow(row(value, dataType)).asInstanceOf[JsMap].fieldValue("c"))

  test("plain values are written as they are") {
    val values = Seq(
      ().js,
      true.js,
      1.js,
      3000000000L.js,
      1.5f.js,
      3.0.js,
      "x".js,
      Double.NaN.js,
      (null: String).js
    )
    assert(Json.compactString(JsList(values)) == """[{},true,1,3000000000,1.5,3.0,"x",null,null]""")
  }

  test("collections of encodable values are encodable") {
    val value = Map("a" -> Seq(Some(1), None), "b" -> Nil)
    assert(Json.compactString(value.js) == """{"a":[1,null],"b":[]}""")
    assert(
      Array(1.5, 2.0).js == JsList(Seq(JsNumber(BigDecimal("1.5")), JsNumber(BigDecimal("2.0"))))
    )
  }

  test("columns of every plain type are written") {
    assert(encoded(null, StringType) == "null")
    assert(encoded(1.toByte, ByteType) == "1")
    assert(encoded(2L, LongType) == "2")
    assert(encoded(new java.math.BigDecimal("1.50"), DecimalType(10, 2)) == "1.50")
    assert(encoded(Array[Byte](1, 2), BinaryType) == "\"AQI=\"")
    assert(encoded(Date.valueOf("2024-02-29"), DateType) == "\"2024-02-29\"")
  }

  test("timestamps are written in the zone of the JVM") {
    val before = TimeZone.getDefault
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"))
      assert(encoded(new Timestamp(1L), TimestampType) == "\"1970-01-01T09:00:00.001+09:00\"")
      TimeZone.setDefault(TimeZone.getTimeZone("UTC"))
      assert(encoded(new Timestamp(1L), TimestampType) == "\"1970-01-01T00:00:00.001Z\"")
    } finally TimeZone.setDefault(before)
  }

  test("rows, lists and maps inside columns are written") {
    val inner = StructType(Seq(StructField("c", IntegerType)))
    assert(encoded(row(1, IntegerType), inner) == """{"c":1}""")
    assert(encoded(Seq(1, 2), ArrayType(IntegerType)) == "[1,2]")
    assert(encoded(Map(1 -> "a"), MapType(IntegerType, StringType)) == """{"1":"a"}""")
  }

  test("a column of an unknown type is refused") {
    assertThrows[IllegalArgumentException](encoded(new Object, StringType))
  }
}
