package mist.api

import mist.api.data._
import mist.api.dsl._
import mist.api.encoding.defaults._
import mist.api.encoding.spark._
import mist.api.jdsl.JavaFunctions
import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.sql.SparkSession
import org.apache.spark.streaming.StreamingContext
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** The contexts, on a real SparkContext. */
class LocalSparkTest extends AnyFunSuite with BeforeAndAfterAll {

  private lazy val sc = new SparkContext(
    new SparkConf().setMaster("local[1]").setAppName("test").set("spark.ui.enabled", "false")
  )

  override def afterAll(): Unit = sc.stop()

  private def run(handle: Handle, json: String = "{}"): String = {
    val context = FnContext(sc, Json.parseRoot(json), info = RuntimeJobInfo("job-1", "worker-1"))
    Json.compactString(handle.invoke(context).get)
  }

  test("a function gets the SparkContext after its arguments") {
    val handle = withArgs(arg[Seq[Int]]("n"), arg[Int]("by", 2)).withMistExtras
      .onSparkContext((n: Seq[Int], by: Int, extras: MistExtras, sc: SparkContext) =>
        Map(extras.jobId -> sc.parallelize(n).map(_ * by).collect().toSeq)
      )
      .asHandle
    assert(run(handle, """{"n":[1,2]}""") == """{"job-1":[2,4]}""")
  }

  test("a function may take nothing but the context") {
    assert(
      run(onSparkContext((sc: SparkContext) => sc.parallelize(1 to 3).sum()).asHandle) == "6.0"
    )
  }

  test("a table is a list of objects") {
    val handle = onSparkSession((spark: SparkSession) => spark.range(2).toDF("id")).asHandle
    assert(run(handle) == """[{"id":0},{"id":1}]""")
  }

  test("a streaming context is made with the call's batch interval and used again") {
    val context = FnContext(sc, JsMap.empty)
    val streaming = streamingContextArg.extract(context).get()
    try
      assert(
        onStreamingContext((ssc: StreamingContext) => ssc.sparkContext eq sc).invoke(context).get
      )
    finally streaming.stop(stopSparkContext = false)
  }

  test("a Java function runs") {
    assert(run(new JavaFunctions.Sum().handle, """{"numbers":[1,2,3]}""") == "7")
    assert(
      run(new JavaFunctions.Everything().handle, """{"s":"x","l":[]}""") ==
        """["x0.5Optional.emptyOptional.empty[]job-1"]"""
    )
  }
}
