package mist.api

import mist.api.data._
import mist.api.dsl._
import mist.api.encoding.defaults._
import org.scalatest.funsuite.AnyFunSuite

class FnEntryPointTest extends AnyFunSuite {

  private object Half extends MistFn {
    override def handle: Handle =
      arg[Int]("n", 4).apply((n: Int) => if (n < 0) sys.error("negative") else n / 2).asHandle
  }

  private object Nothing extends MistFn {
    override def handle: Handle = const(()).apply((_: Unit) => ()).asHandle
  }

  private object Broken extends MistFn {
    override def handle: Handle = sys.error("no handle")
  }

  private def exitCode(fn: MistFn, json: Option[String]): Int =
    FnEntryPoint.run(fn, json, FnContext.onlyInput)

  test("a function is executed with JSON") {
    assert(Half.execute(FnContext.onlyInput(JsMap("n" -> JsNumber(10)))).get == JsNumber(5))
  }

  test("a handle that cannot be built is a failure, not an exception") {
    assert(Broken.execute(FnContext.onlyInput(JsMap.empty)).isFailure)
  }

  test("without arguments the defaults hold") {
    assert(exitCode(Half, None) == 0)
  }

  test("a result of unit can be printed") {
    assert(exitCode(Nothing, None) == 0)
  }

  test("a failing function and bad JSON end with a code other than 0") {
    assert(exitCode(Half, Some("""{"n":-1}""")) == 1)
    assert(exitCode(Half, Some("[]")) == 1)
    assert(exitCode(Half, Some("{")) == 1)
  }
}
