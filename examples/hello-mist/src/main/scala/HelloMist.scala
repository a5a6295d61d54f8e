import mist.api._
import mist.api.dsl._
import mist.api.encoding.defaults._
import org.apache.spark.SparkContext

/** Estimates pi: the share of random points of a square that lie in its circle. */
object HelloMist extends MistFn with Logging {

  override def handle: Handle = {
    withArgs(arg[Int]("samples", 10000)).withMistExtras
      .onSparkContext((samples: Int, extras: MistExtras, sc: SparkContext) => {
        logger.info(s"Job ${extras.jobId} takes $samples samples")
        val inside =
          sc.parallelize(1 to samples).filter(_ => isInCircle(math.random(), math.random())).count()
        4.0 * inside / samples
      })
      .asHandle
  }

  private def isInCircle(x: Double, y: Double): Boolean = x * x + y * y < 1
}
