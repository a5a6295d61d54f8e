import java.util.concurrent.CountDownLatch

import mist.api._
import mist.api.dsl._
import mist.api.encoding.defaults._
import org.apache.spark.SparkContext

/** Does nothing, and says how many nanoseconds it took. */
object OwnTime extends MistFn {
  override def handle: Handle = {
    onSparkContext((_: SparkContext) => {
      val start = System.nanoTime()
      System.nanoTime() - start
    }).asHandle
  }
}

/** The smallest function that runs something on Spark. */
object SmallSum extends MistFn {
  override def handle: Handle =
    onSparkContext((sc: SparkContext) => sc.parallelize(1 to 10).sum()).asHandle
}

/** Keeps its worker busy until it is cancelled. */
object Hold extends MistFn {
  override def handle: Handle = {
    onSparkContext((_: SparkContext) => {
      new CountDownLatch(1).await()
      0
    }).asHandle
  }
}
