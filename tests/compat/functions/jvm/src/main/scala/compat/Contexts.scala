package compat

import mist.api._
import mist.api.data._
import mist.api.dsl._
import mist.api.encoding.defaults._
import mist.api.encoding.spark._
import org.apache.spark.{SparkContext, SparkException}
import org.apache.spark.api.java.JavaSparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.{DataFrame, SQLContext, SparkSession}
import org.apache.spark.sql.hive.HiveContext
import org.apache.spark.storage.StorageLevel
import org.apache.spark.streaming.StreamingContext
import org.apache.spark.streaming.api.java.JavaStreamingContext

object OnSpark extends MistFn {
  override def handle: Handle =
    onSparkContext((sc: SparkContext) => sc.parallelize(1 to 4).sum()).asHandle
}

object OnSql extends MistFn {
  override def handle: Handle = arg[Int]("n", 3)
    .onSqlContext((n: Int, sql: SQLContext) => {
      sql.range(n).toDF("id").registerTempTable("ids")
      sql.sql("select count(*) as n from ids")
    })
    .asHandle
}

object OnHive extends MistFn {
  override def handle: Handle =
    onHiveContext((hive: HiveContext) => hive.sql("select 1 as one, 'a' as a")).asHandle
}

object OnSession extends MistFn {
  override def handle: Handle =
    onSparkSession((spark: SparkSession) => spark.range(2).count()).asHandle
}

object OnHiveSession extends MistFn {
  override def handle: Handle = onSparkSessionWithHive((spark: SparkSession) =>
    spark.conf.get("spark.sql.catalogImplementation")
  ).asHandle
}

/** The contexts as argument values. */
object AsArguments extends MistFn {
  override def handle: Handle =
    withArgs(arg[Int]("n", 1), sparkContextArg, javaSparkContextArg, sparkSessionArg)
      .apply((n: Int, sc: SparkContext, java: JavaSparkContext, spark: SparkSession) =>
        Seq(n == 1, java.sc eq sc, spark.sparkContext eq sc)
      )
      .asHandle
}

object AsSqlArguments extends MistFn {
  override def handle: Handle = withArgs(sqlContextArg, sparkSessionWithHiveArg, hiveContextArg)
    .apply((sql: SQLContext, spark: SparkSession, hive: HiveContext) =>
      Seq(sql.sparkContext eq spark.sparkContext, hive.sparkContext eq spark.sparkContext)
    )
    .asHandle
}

/** Counts what it streams and stops its context, as functions for Mist 1.1 do; answers whether who
  * asks again meanwhile gets the running context.
  */
object OnStreaming extends MistFn {
  override def handle: Handle = streamingContextArg
    .apply((ssc: StreamingContext) => {
      val queue = scala.collection.mutable.Queue[RDD[Int]]()
      val counted = ssc.sparkContext.longAccumulator
      ssc.queueStream(queue).foreachRDD { (rdd: RDD[Int]) =>
        counted.add(rdd.count())
        if (counted.value == 10) Stopper.stop(ssc)
      }
      ssc.start()
      val running: JavaStreamingContext =
        javaStreamingContextArg.extract(FnContext(ssc.sparkContext, JsMap.empty)).get()
      queue.synchronized(queue += ssc.sparkContext.parallelize(1 to 10))
      ssc.awaitTermination()
      s"${counted.value} ${running.ssc eq ssc}"
    })
    .asHandle
}

/** Fails in its first batch, and with it. */
object BrokenStream extends MistFn {
  override def handle: Handle = onStreamingContext((ssc: StreamingContext) => {
    val queue = scala.collection.mutable.Queue[RDD[Int]](ssc.sparkContext.parallelize(Seq(1)))
    ssc.queueStream(queue).foreachRDD { (_: RDD[Int]) => sys.error("a broken batch"): Unit }
    ssc.start()
    ssc.awaitTermination()
  }).asHandle
}

/** Streams until it is cancelled; says in its log that it has begun. */
object Endless extends MistFn with Logging {
  override def handle: Handle = onStreamingContext((ssc: StreamingContext) => {
    val queue = scala.collection.mutable.Queue[RDD[Int]]()
    ssc.queueStream(queue, true, ssc.sparkContext.parallelize(Seq(1))).foreachRDD {
      (rdd: RDD[Int]) => logger.info(s"batch of ${rdd.count()}")
    }
    ssc.start()
    ssc.awaitTermination()
  }).asHandle
}

/** A stream cannot stop itself inside a batch, so another thread does it. */
private object Stopper {
  def stop(ssc: StreamingContext): Unit = {
    val thread = new Thread(() => ssc.stop(), "stopper")
    thread.setDaemon(true)
    thread.start()
  }
}

/** A call inside of a call. */
object Nested extends MistFn {
  private val inner: RawHandle[Double] = arg[Seq[Double]]("n")
    .onSparkContext((n: Seq[Double], sc: SparkContext) => sc.parallelize(n).sum())

  override def handle: Handle = onSparkContext((sc: SparkContext) => {
    val params = JsMap("n" -> JsList(Seq(JsNumber(1), JsNumber(2))))
    val context: FullFnContext = FnContext(sc, params, info = RuntimeJobInfo("inner", "here"))
    val refused = inner.invoke(FnContext(sc, JsMap.empty))
    s"${inner.invoke(context).get} ${context.info.id} ${refused.failed.get.getMessage}"
  }).asHandle
}

object LogsEverywhere extends MistFn with Logging {
  override def handle: Handle = onSparkContext((sc: SparkContext) => {
    logger.info("from the driver")
    sc.parallelize(1 to 2, 2).foreach(n => logger.info(s"from task $n"))
  }).asHandle
}

/** Values of the artifact's own classes, from the driver to tasks, between tasks, and back. */
object OwnClasses extends MistFn {
  override def handle: Handle = onSparkContext((sc: SparkContext) => {
    val factor = sc.broadcast(Spot(2, None))
    val spots = sc
      .parallelize(Seq(Spot(1, None), Spot(2, None)), 2)
      .map(spot => Spot(spot.x * factor.value.x, None))
      .persist(StorageLevel.MEMORY_ONLY_SER)
    val collected: Array[Spot] = spots.collect()
    val most: Spot = spots.reduce((a, b) => if (a.x > b.x) a else b)
    val counted = spots.union(spots).map(_ -> 1).reduceByKey(_ + _).collectAsMap()
    collected.map(_.x).toSeq ++ Seq(most.x, counted(Spot(4, None)))
  }).asHandle
}

final class OwnTrouble(val spot: Spot) extends Exception(s"trouble at ${spot.x}")

/** An exception of its own class, from a task to the driver. */
object OwnExceptions extends MistFn {
  override def handle: Handle = onSparkContext((sc: SparkContext) =>
    try sc.parallelize(Seq(7)).foreach(n => throw new OwnTrouble(Spot(n, None))).toString
    catch { case e: SparkException if e.getMessage.contains("trouble at 7") => "told" }
  ).asHandle
}

/** A stream whose batches work with the artifact's own classes. */
object OwnStream extends MistFn {
  override def handle: Handle = onStreamingContext((ssc: StreamingContext) => {
    val queue = scala.collection.mutable.Queue[RDD[Int]](ssc.sparkContext.parallelize(Seq(1, 2)))
    @volatile var seen = Seq.empty[Spot]
    ssc.queueStream(queue).map(Spot(_, None)).foreachRDD { (rdd: RDD[Spot]) =>
      val collected = rdd.collect()
      if (collected.nonEmpty) {
        seen = collected.toSeq
        Stopper.stop(ssc)
      }
    }
    ssc.start()
    ssc.awaitTermination()
    seen.map(_.x)
  }).asHandle
}
