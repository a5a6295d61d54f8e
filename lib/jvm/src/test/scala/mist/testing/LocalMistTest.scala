package mist.testing

import mist.api._
import mist.api.data._
import mist.api.dsl._
import mist.api.encoding.defaults._
import mist.api.encoding.spark._
import mist.api.jdsl.JavaFunctions
import org.apache.spark.SparkContext
import org.apache.spark.sql.SparkSession
import org.apache.spark.streaming.StreamingContext
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

class LocalMistTest extends AnyFunSuite with BeforeAndAfterAll {

  private lazy val mist = LocalMist("spark.master" -> "local[1]")

  override def afterAll(): Unit = mist.close()

  private object Average extends MistFn {
    override def handle: Handle =
      withArgs(arg[Seq[Double]]("numbers").validated(_.nonEmpty, "no numbers"), arg[Int]("by", 1))
        .onSparkContext((numbers: Seq[Double], by: Int, sc: SparkContext) =>
          sc.parallelize(numbers).mean() / by
        )
        .asHandle
  }

  private object Rows extends MistFn {
    override def handle: Handle = withMistExtras
      .onSparkSession((extras: MistExtras, spark: SparkSession) =>
        spark.table("names").withColumn("job", org.apache.spark.sql.functions.lit(extras.jobId))
      )
      .asHandle
  }

  private object Streams extends MistFn {
    override def handle: Handle = onStreamingContext((ssc: StreamingContext) => {
      val context = System.identityHashCode(ssc)
      ssc.stop()
      context
    }).asHandle
  }

  private object Throws extends MistFn {
    override def handle: Handle =
      onSparkContext((_: SparkContext) => sys.error("on purpose"): Int).asHandle
  }

  private def refusal(arguments: String): String =
    intercept[IllegalArgumentException](mist.call(Average, arguments)).getMessage

  test("a function is called with JSON and answers JSON") {
    assert(mist.call(Average, """{"numbers":[1,2,6]}""") == "3.0")
    assert(
      mist.call(Average, JsMap("numbers" -> JsList(Seq(JsNumber(4))), "by" -> JsNumber(2))) ==
        JsNumber(2.0)
    )
  }

  test("refused arguments tell what was wrong, what was given and what is wanted") {
    assert(
      refusal(
        """{"numbers":"x"}"""
      ) == "mist.testing.LocalMistTest$" + "Average refuses its arguments: " +
        "Invalid field numbers:Invalid type: expected List[Double], got x. " +
        """Given: {"numbers":"x"}. It takes: (numbers: List[Double], by: Option[Int])"""
    )
    assert(refusal("""{"numbers":[]}""").contains("rejected by validation rule :no numbers"))
    assert(refusal("[1]") == "Invalid JSON: expected an object, got [1]")
  }

  test("tables of the test's session are there, and the extras of a job") {
    mist.spark.sql("select 'a' as name").createOrReplaceTempView("names")
    assert(mist.call(Rows, "{}") == """[{"name":"a","job":"test-job"}]""")
  }

  test("a function that stops its streaming context leaves Spark alone") {
    assert(mist.call(Streams, "{}") != mist.call(Streams, "{}"))
    assert(mist.call(Average, """{"numbers":[1]}""") == "1.0")
  }

  test("a second one shares Spark and does not stop it") {
    mist.spark.range(1).count()
    val second = LocalMist.create(java.util.Map.of("spark.app.name", "second"))
    second.close()
    assert(second.spark.sparkContext eq mist.spark.sparkContext)
    assert(!mist.spark.sparkContext.isStopped)
  }

  test("Java calls its functions too") {
    mist.spark.range(1).count()
    assert(JavaFunctions.sumInATest("""{"numbers":[1,2,3]}""") == "7")
    assert(
      intercept[IllegalArgumentException](JavaFunctions.sumInATest("{}")).getMessage
        .contains("Sum refuses its arguments: Invalid type: expected List[Int], got null.")
    )
  }

  test("what a function throws comes out") {
    assert(intercept[RuntimeException](mist.call(Throws, "{}")).getMessage == "on purpose")
  }
}
