package io.hydrosphere.mist.worker

import java.nio.file.{Files, Path, Paths}

import org.apache.spark.SparkConf
import org.scalatest.funsuite.AnyFunSuite

class PythonSettingsTest extends AnyFunSuite {
  private val jar = Paths.get("/lib/worker.jar")

  private def settings(env: Map[String, String], conf: (String, String)*): PythonSettings =
    PythonSettings.of(conf.foldLeft(new SparkConf(false))((c, kv) => c.set(kv._1, kv._2)), env, jar)

  private def of(conf: (String, String)*): (String, String) = {
    val found = settings(Map.empty, conf: _*)
    (found.driver, found.executors)
  }

  test("one setting chooses the Python of driver and executors, another that of the driver alone") {
    assert(of() == (("python3", "python3")))
    assert(of("spark.pyspark.python" -> "p") == (("p", "p")))
    assert(
      of("spark.pyspark.python" -> "p", "spark.pyspark.driver.python" -> "d") == (("d", "p"))
    )
    assert(of("spark.pyspark.driver.python" -> "d") == (("d", "python3")))
  }

  test("Spark's variables count when the context says nothing") {
    val env = Map("PYSPARK_PYTHON" -> "p", "PYSPARK_DRIVER_PYTHON" -> "d")
    assert(settings(env).environment.filter(_._1 != "PYTHONPATH") == env)
    assert(settings(env, "spark.pyspark.python" -> "c").driver == "c")
  }

  test("the path is the harness, Spark's Python, py4j, and what was there before") {
    val home = Files.createTempDirectory("spark-home-")
    val lib = Files.createDirectories(home.resolve("python/lib"))
    val py4j = Files.createFile(lib.resolve("py4j-1-src.zip"))
    val pyspark = lib.resolve("pyspark.zip")
    val env = Map("SPARK_HOME" -> home.toString, "PYTHONPATH" -> "/old:/older")
    assert(settings(env).path == Seq(jar, pyspark, py4j, Paths.get("/old"), Paths.get("/older")))
    Files.walk(home).sorted(java.util.Comparator.reverseOrder[Path]).forEach(Files.delete(_))
  }

  test("modules to import before the first job") {
    assert(
      settings(Map.empty, "spark.mist.python.imports" -> "numpy, pandas ,").imports == Seq(
        "numpy",
        "pandas"
      )
    )
  }
}
