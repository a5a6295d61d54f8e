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

  /** The value; throws NoSuchElementException with the failure's text when there is none. */
  def get(): A
}

final case class Extracted[+A](value: A) extends Extraction[A] {
  def isExtracted: Boolean = true
  def get(): A = value
}

/** Why there is no value; `message` is what the caller of the function reads. */
sealed abstract class Failed(val message: String) extends Extraction[Nothing] {
  def isExtracted: Boolean = false
  def get(): Nothing = throw new NoSuchElementException(message)
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

  def invalidType(expected: ArgType, got: JsData): Failed = InvalidType(expected.name, got.toString)

  /** One failure is itself, several are a list without lists inside. `failures` is not empty. */
  def toComplex(failures: Seq[Failed]): Failed = {
    val all = failures.flatMap {
      case ComplexFailure(inner) => inner
      case failure => Seq(failure)
    }
    if (all.size == 1) all.head else ComplexFailure(all)
  }
}

object Extraction {

  /** `f`, with what it throws turned into a failure by `handler`. */
  def tryExtract[A](f: => Extraction[A])(handler: Throwable => Failed): Extraction[A] =
    try f
    catch { case NonFatal(e) => handler(e) }
}
