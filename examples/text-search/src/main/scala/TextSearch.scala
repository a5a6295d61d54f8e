import mist.api._
import mist.api.dsl._
import mist.api.encoding.defaults._
import org.apache.spark.SparkContext

/** The lines that contain at least one of the words, whatever their case. */
object TextSearch extends MistFn {

  override def handle: Handle = {
    withArgs(
      arg[Seq[String]]("lines"),
      arg[Seq[String]]("words").validated(_.exists(_.nonEmpty), "at least one word is needed")
    ).onSparkContext((lines: Seq[String], words: Seq[String], sc: SparkContext) => {
      val wanted = words.filter(_.nonEmpty).map(_.toLowerCase)
      sc.parallelize(lines).filter(line => wanted.exists(line.toLowerCase.contains(_))).collect()
    }).asHandle
  }
}
