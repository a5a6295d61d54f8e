package mist.api.data

import java.io.StringWriter

import scala.util.Try

import com.fasterxml.jackson.core._

/** JSON text to [[JsData]] and back. Stands on the streaming half of Jackson, which both Spark
  * lines bring. Nesting deeper than Jackson's limit (1000) is refused, so recursion below is
  * bounded.
  */
object Json {
  // A function's data may be one long text; the caller has limited the size of the whole already.
  private val factory: JsonFactory = new JsonFactoryBuilder()
    .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Int.MaxValue).build())
    .build()

  /** Throws IllegalArgumentException for text that is not exactly one JSON value. */
  def parse(text: String): JsData = {
    val parser = factory.createParser(text)
    try {
      if (parser.nextToken() == null)
        throw new IllegalArgumentException("Invalid JSON: the text is empty")
      val value = readValue(parser)
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException(
          s"Invalid JSON: unexpected ${parser.getText} after the value"
        )
      }
      value
    } catch {
      case e: JsonProcessingException =>
        throw new IllegalArgumentException(s"Invalid JSON: ${e.getOriginalMessage}", e)
    } finally parser.close()
  }

  /** The same for text that must be an object. */
  def parseRoot(text: String): JsMap = parse(text) match {
    case map: JsMap => map
    case other =>
      throw new IllegalArgumentException(s"Invalid JSON: expected an object, got $other")
  }

  def compactString(js: JsData): String = write(js)(identity)

  def formattedString(js: JsData): String = write(js)(_.useDefaultPrettyPrinter())

  private def readValue(parser: JsonParser): JsData = parser.currentToken() match {
    case JsonToken.START_OBJECT => readObject(parser)
    case JsonToken.START_ARRAY => readList(parser)
    case JsonToken.VALUE_STRING => JsString(parser.getText)
    case JsonToken.VALUE_NUMBER_INT | JsonToken.VALUE_NUMBER_FLOAT =>
      JsNumber(BigDecimal(parser.getDecimalValue))
    case JsonToken.VALUE_TRUE => JsTrue
    case JsonToken.VALUE_FALSE => JsFalse
    case JsonToken.VALUE_NULL => JsNull
    case other => throw new IllegalArgumentException(s"Invalid JSON: unexpected $other")
  }

  private def readObject(parser: JsonParser): JsMap = {
    val fields = Vector.newBuilder[(String, JsData)]
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      val key = parser.getText
      parser.nextToken()
      fields += key -> readValue(parser)
    }
    JsMap(fields.result(): _*)
  }

  private def readList(parser: JsonParser): JsList = {
    val items = Vector.newBuilder[JsData]
    while (parser.nextToken() != JsonToken.END_ARRAY) items += readValue(parser)
    JsList(items.result())
  }

  private def write(js: JsData)(style: JsonGenerator => JsonGenerator): String = {
    val text = new StringWriter
    val out = style(factory.createGenerator(text))
    writeValue(js, out)
    out.close()
    text.toString
  }

  private def writeValue(js: JsData, out: JsonGenerator): Unit = js match {
    case JsUnit =>
      out.writeStartObject()
      out.writeEndObject()
    case JsNull => out.writeNull()
    case JsString(value) => out.writeString(value)
    case flag: JsBoolean => out.writeBoolean(flag.value)
    case JsNumber(n) => out.writeNumber(n.bigDecimal)
    case JsList(list) =>
      out.writeStartArray()
      list.foreach(writeValue(_, out))
      out.writeEndArray()
    case map: JsMap =>
      out.writeStartObject()
      map.fields.foreach { case (key, value) =>
        out.writeFieldName(key)
        writeValue(value, out)
      }
      out.writeEndObject()
  }
}

/** The name under which sources written for Mist 1.x know [[Json]]. */
trait Json4sConversion {
  def parse(text: String): Try[JsData] = Try(Json.parse(text))
  def parseRoot(text: String): Try[JsMap] = Try(Json.parseRoot(text))
  def formattedString(js: JsData): String = Json.formattedString(js)
}

object Json4sConversion extends Json4sConversion
