package io.hydrosphere.mist.worker

import java.nio.file.Paths

import org.scalatest.funsuite.AnyFunSuite

class WorkerOptionsTest extends AnyFunSuite {
  private def parse(line: String, env: (String, String)*): Either[String, WorkerOptions] =
    WorkerOptions.parse(line.split(' '), env.toMap)

  test("reads master, name and work folder, and ignores what it does not know") {
    val options = parse("--extra x --master [::1]:2551 --name default_1 --work-dir /w")
    assert(options == Right(WorkerOptions("::1", 2551, "default_1", Paths.get("/w"))))
  }

  test("the work folder is MIST_HOME unless given") {
    assert(
      parse("--master h:1 --name n", "MIST_HOME" -> "/home").map(_.workDir) == Right(
        Paths.get("/home")
      )
    )
  }

  test("the work folder is the current one, in its plain form, when nothing is given") {
    assert(parse("--master h:1 --name n").map(_.workDir) == Right(Paths.get("").toAbsolutePath))
  }

  test("refuses an address without port and a name that is no worker id") {
    assert(parse("--master host --name n").isLeft)
    assert(parse("--master host:0 --name n").isLeft)
    assert(parse("--master host:1 --name ../n").isLeft)
    assert(parse("--name n").isLeft)
  }
}
