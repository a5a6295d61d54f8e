import java.nio.charset.StandardCharsets.UTF_8

import scala.io.Source

import mist.api._
import mist.api.dsl._
import mist.api.encoding.defaults._
import mist.api.encoding.spark._
import org.apache.spark.sql.{DataFrame, SparkSession}

/** The most frequent words of a CSV's `text` column, by Spark SQL. Without a path it reads the CSV
  * inside its jar.
  */
object WordCount extends MistFn {

  override def handle: Handle = {
    withArgs(
      arg[Option[String]]("path"),
      arg[Int]("top", 10).validated(_ > 0, "top must be positive")
    ).onSparkSession((path: Option[String], top: Int, spark: SparkSession) => {
      val own = spark.newSession() // so that no other job sees our view
      path.fold(shipped(own))(readCsv(own, _)).createOrReplaceTempView("reports")
      own.sql(s"""
        SELECT word, count(*) AS occurrences
        FROM (SELECT explode(split(lower(text), '[^a-z]+')) AS word FROM reports)
        WHERE word <> ''
        GROUP BY word
        ORDER BY occurrences DESC, word
        LIMIT $top""")
    }).asHandle
  }

  private def readCsv(spark: SparkSession, path: String): DataFrame =
    spark.read.option("header", true).option("multiLine", true).csv(path)

  private def shipped(spark: SparkSession): DataFrame = {
    import spark.implicits._
    val csv = Source.fromInputStream(this.getClass.getResourceAsStream("/reports.csv"), UTF_8.name)
    try spark.read.option("header", true).csv(csv.getLines().toList.toDS())
    finally csv.close()
  }
}
