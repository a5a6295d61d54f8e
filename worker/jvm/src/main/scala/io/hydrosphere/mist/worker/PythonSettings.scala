package io.hydrosphere.mist.worker

import java.io.File
import java.nio.file.{Files, Path, Paths}

import org.apache.spark.SparkConf

/** Which Python runs functions, and where it finds what it needs. `imports` are loaded once, before
  * the first job.
  */
final case class PythonSettings(
    driver: String,
    executors: String,
    path: Seq[Path],
    imports: Seq[String]
) {
  def environment: Map[String, String] = Map(
    "PYTHONPATH" -> path.mkString(File.pathSeparator),
    "PYSPARK_PYTHON" -> executors,
    "PYSPARK_DRIVER_PYTHON" -> driver
  )
}

object PythonSettings {

  /** `harnessJar` contains the packages mistpy and mist_worker. */
  def of(conf: SparkConf, env: Map[String, String], harnessJar: Path): PythonSettings = {
    val sparkHome = env.get("SPARK_HOME").map(Paths.get(_))
    val ofSpark = sparkHome.flatMap(pythonAround)
    val given = conf.getOption("spark.pyspark.python").orElse(env.get("PYSPARK_PYTHON"))
    val executors = given.orElse(ofSpark.map(_.toString)).getOrElse("python3")
    val driver = conf
      .getOption("spark.pyspark.driver.python")
      .orElse(conf.getOption("spark.pyspark.python"))
      .orElse(env.get("PYSPARK_DRIVER_PYTHON"))
      .getOrElse(executors)
    // The Python that Spark is installed in has pyspark already, with compiled files beside it.
    val pyspark =
      if (ofSpark.exists(_.toString == driver)) Nil else sparkHome.toSeq.flatMap(pysparkOf)
    val inherited = env
      .get("PYTHONPATH")
      .toSeq
      .flatMap(_.split(File.pathSeparatorChar))
      .filter(_.nonEmpty)
      .map(Paths.get(_))
    val imports =
      conf.get("spark.mist.python.imports", "").split(',').map(_.trim).filter(_.nonEmpty)
    PythonSettings(driver, executors, harnessJar +: (pyspark ++ inherited), imports.toSeq)
  }

  /** The interpreter of the virtual environment that Spark was installed into as the package
    * pyspark.
    */
  private def pythonAround(sparkHome: Path): Option[Path] =
    Iterator
      .iterate(sparkHome.toAbsolutePath)(_.getParent)
      .takeWhile(_ != null)
      .find(folder => Files.exists(folder.resolve("pyvenv.cfg")))
      .map(_.resolve("bin/python3"))
      .filter(Files.isExecutable(_))

  private def pysparkOf(sparkHome: Path): Seq[Path] = {
    val python = sparkHome.resolve("python")
    val sources =
      if (Files.exists(python.resolve("pyspark/__init__.py"))) python
      else python.resolve("lib/pyspark.zip")
    val libraries = Option(python.resolve("lib").toFile.listFiles).toSeq.flatten.map(_.toPath)
    sources +: libraries.filter(_.getFileName.toString.startsWith("py4j-"))
  }
}
