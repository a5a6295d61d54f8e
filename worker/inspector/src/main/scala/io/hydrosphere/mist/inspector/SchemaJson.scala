package io.hydrosphere.mist.inspector

import mist.api._
import mist.api.data._

/** A JVM function's schema as the master stores it. */
object SchemaJson {

  def of(language: String, handle: Handle): JsMap = {
    val infos = handle.describe()
    val arguments = infos.collect { case argument: UserInputArgument => argumentJson(argument) }
    val tags = infos.collect { case InternalArgument(own) => own }.flatten.distinct
    JsMap(
      "language" -> JsString(language),
      "arguments" -> JsList(arguments),
      "tags" -> JsList(tags.map(JsString(_))),
      "validators" -> JsBoolean(handle.checksValues)
    )
  }

  // What error texts say beside name and type.
  private def argumentJson(argument: UserInputArgument): JsMap = {
    val json = JsMap("name" -> JsString(argument.name), "type" -> typeJson(argument.t))
    argument match {
      case field: FieldOfRequest => json.addField("class", JsString(field.className))
      case _: UnnamedInFailures => json.addField("unnamed", JsTrue)
      case _ => json
    }
  }

  private def typeJson(t: ArgType): JsMap = t match {
    case MBoolean => plain("MBoolean")
    case MString => plain("MString")
    case MAny => plain("MAny")
    case n: WholeNumber => named("MInt", n.name, "Int")
    case n: FractionalNumber => named("MDouble", n.name, "Double")
    case MList(item) => container("MList", item)
    case MOption(inner) => container("MOption", inner)
    case MMap(key, value) => container("MMap", key, value)
    case obj: MObj =>
      val types = obj.fields.map { case (name, fieldType) => name -> typeJson(fieldType) }
      val json = plain("MObj").addField("fields", JsMap(types: _*))
      obj.ofClass.fold(json)(className => json.addField("name", JsString(className)))
  }

  private def plain(kind: String): JsMap = JsMap("type" -> JsString(kind))

  // Error texts tell Long from Int; the kind does not.
  private def named(kind: String, name: String, usual: String): JsMap =
    if (name == usual) plain(kind) else plain(kind).addField("name", JsString(name))

  private def container(kind: String, args: ArgType*): JsMap =
    plain(kind).addField("args", JsList(args.map(typeJson)))
}
