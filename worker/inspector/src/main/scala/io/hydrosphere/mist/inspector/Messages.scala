package io.hydrosphere.mist.inspector

import java.nio.file.{Path, Paths}
import java.time.Duration

import mist.api.data._

/** One question about a function:
  * {{{
  * {"id":7, "method":"describe", "artifact":"/file", "name":"f_0.0.1.jar", "sha256":"...", "className":"Foo$",
  *  "python":"python3", "pythonPath":"dir1:dir2", "timeoutMs":20000}
  * }}}
  * `name` is the artifact's key and its extension tells the kind; the file itself may be called
  * anything. The method `validate` has `"arguments":{...}` too; `ping` needs only an id.
  */
final case class Request(
    artifact: Path,
    name: String,
    sha256: String,
    className: String,
    python: String,
    pythonPath: String,
    timeout: Duration
) {
  def extension: String = name.drop(name.lastIndexOf('.') + 1).toLowerCase
}

object Request {
  private val DefaultTimeoutMs = 20000L

  def apply(json: JsMap): Request = Request(
    artifact = Paths.get(text(json, "artifact")),
    name = text(json, "name"),
    sha256 = text(json, "sha256"),
    className = text(json, "className"),
    python = optionalText(json, "python").getOrElse("python3"),
    pythonPath = optionalText(json, "pythonPath").getOrElse(""),
    timeout = Duration.ofMillis(json.fieldValue("timeoutMs") match {
      case JsNumber(ms) if ms.isValidLong => ms.toLong
      case _ => DefaultTimeoutMs
    })
  )

  def method(json: JsMap): String = text(json, "method")

  def arguments(json: JsMap): JsMap = json.fieldValue("arguments") match {
    case map: JsMap => map
    case other => throw new IllegalArgumentException(s"arguments must be an object, not $other")
  }

  private def text(json: JsMap, key: String): String =
    optionalText(json, key).getOrElse(
      throw new IllegalArgumentException(s"The request has no $key")
    )

  private def optionalText(json: JsMap, key: String): Option[String] =
    json.get(key).collect { case JsString(value) => value }
}

/** What goes back beside the id: `{"schema":{...}}` for describe, `{"failure":null}` or
  * `{"failure":"text"}` for validate, `{}` for ping, and
  * `{"error":{"class":"...","message":"..."}}` when there is no answer.
  */
object Answer {

  val pong: JsMap = JsMap.empty

  def described(schema: JsMap): JsMap = JsMap("schema" -> schema)

  def validated(failure: Option[String]): JsMap =
    JsMap("failure" -> failure.fold[JsData](JsNull)(JsString(_)))

  def failed(e: Throwable): JsMap = e match {
    case foreign: ForeignError => error(foreign.errorClass, foreign.getMessage)
    case _ => error(e.getClass.getName, Option(e.getMessage).getOrElse(""))
  }

  private def error(errorClass: String, message: String): JsMap =
    JsMap("error" -> JsMap("class" -> JsString(errorClass), "message" -> JsString(message)))
}

/** An error that happened in another process. */
final class ForeignError(val errorClass: String, message: String) extends Exception(message)
