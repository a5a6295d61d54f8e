package io.hydrosphere.mist.inspector

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import mist.api.data._
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

class InspectorTest extends AnyFunSuite with BeforeAndAfterAll {

  private lazy val folder = Files.createTempDirectory("inspector-test-")
  private lazy val jar = InspectorProcess.writeFixturesJar(folder.resolve("blob-without-extension"))
  private lazy val inspector = new InspectorProcess

  override def afterAll(): Unit = {
    inspector.finish()
    Files.walk(folder).sorted(java.util.Comparator.reverseOrder[Path]).forEach(Files.delete(_))
  }

  private def request(file: Path, name: String, className: String, more: (String, JsData)*): JsMap =
    JsMap(
      Seq(
        "id" -> JsNumber(7),
        "method" -> JsString("describe"),
        "artifact" -> JsString(file.toString),
        "name" -> JsString(name),
        "sha256" -> JsString(file.toString),
        "className" -> JsString(className),
        "timeoutMs" -> JsNumber(60000)
      ) ++ more: _*
    )

  private def describe(className: String): String =
    Json.compactString(inspector.ask(request(jar, "f_0.0.1.jar", className)))

  private def describePython(source: String, timeoutMs: Int = 60000): JsMap = {
    val file = Files.write(Files.createTempFile(folder, "python", ""), source.getBytes(UTF_8))
    inspector.ask(request(file, "f_0.0.1.py", "fn", "timeoutMs" -> JsNumber(timeoutMs)))
  }

  private def validate(arguments: JsData): JsMap = inspector.ask(
    request(
      jar,
      "f.jar",
      "fixtures.Positive$",
      "arguments" -> arguments,
      "method" -> JsString("validate")
    )
  )

  private def errorClass(answer: JsMap): String =
    answer.fieldValue("error").asInstanceOf[JsMap].fieldValue("class").toString

  private def errorMessage(answer: JsMap): String =
    answer.fieldValue("error").asInstanceOf[JsMap].fieldValue("message").toString

  private def awaitEnd(pidFile: Path): Unit =
    ProcessHandle
      .of(new String(Files.readAllBytes(pidFile), UTF_8).toLong)
      .ifPresent(handle => handle.onExit().get(10, java.util.concurrent.TimeUnit.SECONDS): Unit)

  private val decorated =
    "\nfrom mistpy.decorators import *\n@with_args(arg('n', int))\n@on_spark_session\ndef fn(s, n):\n  pass\n"

  test("the schema of a Scala function") {
    assert(
      describe("fixtures.Types$") ==
        """{"id":7,"schema":{"language":"scala","arguments":[""" +
        """{"name":"int","type":{"type":"MInt"}},""" +
        """{"name":"long","type":{"type":"MInt","name":"Long"}},""" +
        """{"name":"float","type":{"type":"MDouble","name":"Float"}},""" +
        """{"name":"doubles","type":{"type":"MList","args":[{"type":"MDouble"}]}},""" +
        """{"name":"flags","type":{"type":"MMap","args":[{"type":"MString"},{"type":"MBoolean"}]}},""" +
        """{"name":"text","type":{"type":"MOption","args":[{"type":"MString"}]}}],"tags":[],"validators":false}}"""
    )
  }

  test("the schema of a function that takes a class tells what error texts need") {
    assert(
      describe("fixtures.Classes$") ==
        """{"id":7,"schema":{"language":"scala","arguments":[""" +
        """{"name":"spot","type":{"type":"MObj","fields":{"x":{"type":"MInt"},""" +
        """"y":{"type":"MOption","args":[{"type":"MDouble"}]}},"name":"fixtures.Spot"},"class":"fixtures.Request"},""" +
        """{"name":"name","type":{"type":"MOption","args":[{"type":"MString"}]},"class":"fixtures.Request"}],""" +
        """"tags":[],"validators":true}}"""
    )
  }

  test("the schema of a Java function that is not public") {
    assert(
      describe("fixtures.JavaFunction") ==
        """{"id":7,"schema":{"language":"java","arguments":[{"name":"name","type":{"type":"MString"}}],""" +
        """"tags":["sql"],"validators":false}}"""
    )
  }

  test("what a function prints does not reach the answers") {
    assert(describe("fixtures.Positive$").contains(""""validators":true"""))
  }

  test("a function's own rules are run") {
    assert(validate(JsMap("n" -> JsNumber(1))).fieldValue("failure") == JsNull)
    assert(
      validate(JsMap("n" -> JsNumber(0))).fieldValue("failure").toString ==
        "Invalid value: Arg was rejected by validation rule :too small"
    )
    assert(errorClass(validate(JsList(Nil))) == "java.lang.IllegalArgumentException")
  }

  test("a missing class") {
    assert(
      describe("Foo$") ==
        """{"id":7,"error":{"class":"java.lang.ClassNotFoundException","message":"Foo$"}}"""
    )
  }

  test("an object named without its dollar, and a class that is no function") {
    for (name <- Seq("fixtures.Types", "fixtures.NoFunction$", "java.lang.String")) {
      assert(
        describe(name).contains(
          s""""message":"Can not instantiate job class: $name for action execute""""
        )
      )
    }
  }

  test("a handle or an object that throws") {
    assert(describe("fixtures.BrokenHandle$").contains("no handle today"))
    assert(describe("fixtures.BrokenObject$").contains("no object today"))
  }

  test("a library that does not fit") {
    assert(
      describe("fixtures.MissingClass$").contains(
        "Handled LinkageError: java.lang.NoClassDefFoundError: some/Library"
      )
    )
  }

  test("a jar that is no jar") {
    val file = Files.write(folder.resolve("text.jar"), "text".getBytes(UTF_8))
    assert(
      errorMessage(inspector.ask(request(file, "text.jar", "Foo")))
        .startsWith("text.jar is not a jar file")
    )
  }

  test("a file of an unknown kind") {
    assert(
      errorMessage(inspector.ask(request(jar, "f.txt", "Foo"))) ==
        "Unknown file type txt is passed, cannot select runner"
    )
  }

  test("a function that never answers is given up, and the others go on") {
    val late = request(jar, "f.jar", "fixtures.Stuck$", "timeoutMs" -> JsNumber(200))
    for (_ <- 1 to 6)
      assert(errorClass(inspector.ask(late)) == "java.util.concurrent.TimeoutException")
    assert(describe("fixtures.JavaFunction").contains("schema"))
  }

  test("requests at once are all answered") {
    for (id <- 1 to 50)
      inspector.send(
        Json.compactString(request(jar, "f.jar", "fixtures.Types$").addField("id", JsNumber(id)))
      )
    assert(Seq.fill(50)(inspector.receive().fieldValue("id").toString.toInt).sorted == (1 to 50))
  }

  test("a line that is no request is passed over") {
    inspector.send("nonsense")
    assert(
      inspector.ask(JsMap("id" -> JsNumber(1), "method" -> JsString("ping"))) == JsMap(
        "id" -> JsNumber(1)
      )
    )
    assert(
      errorMessage(
        inspector.ask(JsMap("id" -> JsNumber(2), "method" -> JsString("dance")))
      ) == "Unknown method dance"
    )
  }

  test("the schema of a Python function that prints at import") {
    val schema =
      describePython("import os\nprint('{}')\nos.write(1, b'{}')" + decorated).fieldValue("schema")
    assert(
      Json.compactString(schema) ==
        """{"language":"python","arguments":[{"name":"n","type":{"type":"MInt"}}],"tags":["sql"],"validators":false}"""
    )
  }

  test("a Python syntax error is told with file and line") {
    assert(errorMessage(describePython("x = 1\ndef (")).endsWith("(f_0.0.1.py, line 2)"))
  }

  test("a Python function that is not decorated") {
    assert(errorMessage(describePython("def fn(): pass")) == "fn is not a mist function")
  }

  test("Python 2 code is told so") {
    val message = errorMessage(describePython("print 'hello'"))
    assert(
      message.startsWith(
        "Error in python code: SyntaxError: Missing parentheses in call to 'print'"
      )
    )
    assert(
      message.contains("This is Python 2 code, and Mist runs Python 3: print is a function now")
    )
    assert(errorMessage(describePython("x = unicode('x')")).contains("`unicode` is `str` now"))
  }

  test("Python that raises at import") {
    val message = errorMessage(describePython("x = 1\nraise ValueError('not today')"))
    assert(message.startsWith("Error in python code: Traceback (most recent call last):\n"))
    assert(message.contains("f_0.0.1.py\", line 2") && message.contains("ValueError: not today"))
    assert(!message.contains("mistpy"))
  }

  test("Python that exits at import") {
    assert(
      errorMessage(describePython("import sys; sys.exit(3)"))
        .startsWith("f_0.0.1.py exits with 3 when it is imported")
    )
    assert(
      errorMessage(
        describePython("import os, sys; print('last words', file=sys.stderr); os._exit(4)")
      )
        .matches("(?s).*ends with exit code 4 .*last words\\s*")
    )
    assert(
      errorMessage(describePython("import os; os.kill(os.getpid(), 9)"))
        .contains("python is killed by signal 9 while it imports the module")
    )
  }

  test("Python that forks at import, and leaves processes behind") {
    val pidFile = folder.resolve("daemon.pid")
    val daemon = "import os, time\nif os.fork() == 0:\n  os.setsid()\n" +
      s"  if os.fork() == 0:\n    open('$pidFile', 'w').write(str(os.getpid())); time.sleep(1000)\n" +
      "  os._exit(0)\n" + s"while not os.path.exists('$pidFile') or not os.path.getsize('$pidFile'): pass\n"
    assert(describePython(daemon + "os.fork()\n" + decorated).get("schema").isDefined)
    awaitEnd(pidFile)
  }

  test("Python that floods its output at import") {
    val flood =
      "import os\nfor n in range(64):\n  os.write(1, b'x' * (1 << 20))\n  os.write(2, b'y' * (1 << 20))\n"
    assert(describePython(flood + decorated).get("schema").isDefined)
    assert(errorMessage(describePython(flood + "os._exit(5)")).length < 8000)
  }

  test("a Python function with a decorator of the author's own") {
    val own =
      "import functools\ndef own(f):\n  @functools.wraps(f)\n  def g(*a, **k): return f(*a, **k)\n  return g\n"
    val schema = describePython(own + decorated.replace("@with_args", "@own\n@with_args"))
    assert(schema.fieldValue("schema").toString.contains(""""name":"n""""))
  }

  test(
    "Python that never returns from import is ended with what it started, and others are answered"
  ) {
    val pidFile = folder.resolve("child.pid")
    val file = Files.createTempFile(folder, "python", "")
    Files.write(
      file,
      (s"import subprocess, time\nchild = subprocess.Popen(['sleep', '1000'])\n" +
        s"open('$pidFile', 'w').write(str(child.pid))\ntime.sleep(1000)").getBytes(UTF_8)
    )
    val late = request(file, "f_0.0.1.py", "fn", "timeoutMs" -> JsNumber(3000))
    inspector.send(Json.compactString(late.addField("id", JsNumber(8))))
    assert(describePython(decorated).get("schema").isDefined)
    val answer = inspector.receive()
    assert(answer.fieldValue("id") == JsNumber(8))
    assert(errorClass(answer) == "java.util.concurrent.TimeoutException")
    awaitEnd(pidFile)
  }

  test("a Python that is not there") {
    val file = Files.write(folder.resolve("f.py"), decorated.getBytes(UTF_8))
    val answer = inspector.ask(request(file, "f.py", "fn", "python" -> JsString("no-such-python")))
    assert(errorMessage(answer).contains("no-such-python"))
  }

  test("it ends with its input, whatever still runs") {
    val other = new InspectorProcess
    other.send(Json.compactString(request(jar, "f.jar", "fixtures.Stuck$")))
    assert(other.finish() == 0)
  }

  test("too many stuck functions end it, so that it is started again") {
    val other = new InspectorProcess
    val late = request(jar, "f.jar", "fixtures.Stuck$", "timeoutMs" -> JsNumber(100))
    def askAgain(): Option[JsMap] = {
      other.send(Json.compactString(late))
      other.receiveOrEnd()
    }
    assert(Iterator.continually(askAgain()).take(100).exists(_.isEmpty))
    assert(other.finish() == 3)
  }
}
