package mist.api

import scala.util.control.NonFatal

import mist.api.data.JsData

/** Outcome of turning JSON into a typed value. */
sealed abstract class Extraction[+A] extends Product with Serializable {

  def map[B](f: A => B): Extraction[B] = flatMap(a => Extracted(f(a)))

  def flatMap[B](f: A => Extraction[B]): Extraction[B] = this match {
    case Extracted(value) => f(value)
    case failed: Failed => failed
  }

  def isExtracted: Boolean
  def isFailed: Boolean = !isExtracted

  /** The value; throws IllegalStateException with the failure's text when there is none. */
  def get(): A
}

final case class Extracted[+A](value: A) extends Extraction[A] {
  def isExtracted: Boolean = true
  def get(): A = value
}

object Extracted {
  val unit: Extracted[Unit] = Extracted(())
}

/** Why there is no value; `message` is what the caller of the function reads. */
sealed abstract class Failed(val message: String) extends Extraction[Nothing] {
  def isExtracted: Boolean = false
  def get(): Nothing = throw new IllegalStateException(s"Extraction is failed: $message")
}

object Failed {
  final case class InternalError(msg: String) extends Failed(s"Internal error: $msg")
  final case class InvalidValue(msg: String) extends Failed(s"Invalid value: $msg")
  final case class InvalidType(expected: String, got: String)
      extends Failed(s"Invalid type: expected $expected, got $got")
  final case class InvalidField(field: String, failure: Failed)
      extends Failed(s"Invalid field $field:${failure.message}")
  final case class IncompleteObject(clazz: String, failure: Failed)
      extends Failed(s"Incomplete object for class $clazz, reason: ${failure.message}")
  final case class ComplexFailure(failures: Seq[Failed])
      extends Failed(failures.map(_.message).mkString("Errors[", ",", "]"))

  def invalidType(expected: String, got: String): InvalidType = InvalidType(expected, got)

  private[api] def invalidType(expected: ArgType, got: JsData): Failed =
    invalidType(expected.name, got.toString)

  def toComplex(first: Failed, second: Failed): Failed = toComplex(Seq(first, second))

  /** One failure is itself, several are a list without lists inside. `failures` is not empty. */
  private[api] def toComplex(failures: Seq[Failed]): Failed = {
    val all = failures.flatMap {
      case ComplexFailure(inner) => inner
      case failure => Seq(failure)
    }
    if (all.size == 1) all.head else ComplexFailure(all)
  }
}

object Extraction {

  /** The value of `f`, with what it throws turned into a failure by `handler`. */
  def tryExtract[A](f: => A)(handler: Throwable => Failed): Extraction[A] =
    try Extracted(f)
    catch { case NonFatal(e) => handler(e) }
}
