package mist.api

import mist.api.ArgInfo._
import org.apache.spark.SparkContext
import org.apache.spark.api.java.JavaSparkContext
import org.apache.spark.mist.HiveSessions
import org.apache.spark.sql.{SQLContext, SparkSession}
import org.apache.spark.sql.hive.HiveContext
import org.apache.spark.streaming.StreamingContext
import org.apache.spark.streaming.api.java.JavaStreamingContext
import org.apache.spark.streaming.mist.StreamingContexts

/** Spark's contexts as arguments. A function takes at most one of them, as its last parameter. */
trait SparkArgs {

  val sparkContextArg: ArgDef[SparkContext] = SystemArg.onSpark()(_.sc)

  val javaSparkContextArg: ArgDef[JavaSparkContext] =
    SystemArg.onSpark()(ctx => new JavaSparkContext(ctx.sc))

  /** The running streaming context, or a new one with the Mist context's batch interval. */
  val streamingContextArg: ArgDef[StreamingContext] = SystemArg.onSpark(StreamingContextTag)(ctx =>
    StreamingContext.getActiveOrCreate(() =>
      StreamingContexts.create(ctx.sc, ctx.streamingDuration)
    )
  )

  val javaStreamingContextArg: ArgDef[JavaStreamingContext] =
    streamingContextArg.map(new JavaStreamingContext(_))

  val sparkSessionArg: ArgDef[SparkSession] =
    SystemArg.onSpark(SqlContextTag)(ctx => session(ctx.sc))

  val sqlContextArg: ArgDef[SQLContext] =
    SystemArg.onSpark(SqlContextTag)(ctx => session(ctx.sc).sqlContext)

  val sparkSessionWithHiveArg: ArgDef[SparkSession] =
    SystemArg.onSpark(SqlContextTag, HiveContextTag)(ctx => HiveSessions.session(ctx.sc))

  val hiveContextArg: ArgDef[HiveContext] =
    SystemArg.onSpark(HiveContextTag, SqlContextTag)(ctx => HiveSessions.context(ctx.sc))

  private def session(sc: SparkContext): SparkSession =
    SparkSession.builder().config(sc.getConf).getOrCreate()

  /** `f` takes the context alone. */
  def onSparkContext[F, R](f: F)(implicit fn: FnForTuple.Aux[SparkContext, F, R]): RawHandle[R] =
    sparkContextArg(f)

  def onStreamingContext[F, R](f: F)(implicit
      fn: FnForTuple.Aux[StreamingContext, F, R]
  ): RawHandle[R] =
    streamingContextArg(f)

  def onSqlContext[F, R](f: F)(implicit fn: FnForTuple.Aux[SQLContext, F, R]): RawHandle[R] =
    sqlContextArg(f)

  def onHiveContext[F, R](f: F)(implicit fn: FnForTuple.Aux[HiveContext, F, R]): RawHandle[R] =
    hiveContextArg(f)

  def onSparkSession[F, R](f: F)(implicit fn: FnForTuple.Aux[SparkSession, F, R]): RawHandle[R] =
    sparkSessionArg(f)

  def onSparkSessionWithHive[F, R](f: F)(implicit
      fn: FnForTuple.Aux[SparkSession, F, R]
  ): RawHandle[R] =
    sparkSessionWithHiveArg(f)

  /** `f` takes the arguments and then the context. */
  implicit class SparkArgsOps[A](args: ArgDef[A]) {

    def onSparkContext[F, All, R](f: F)(implicit
        combiner: ArgCombiner.Aux[A, SparkContext, All],
        fn: FnForTuple.Aux[All, F, R]
    ): RawHandle[R] = on(sparkContextArg, f)

    def onStreamingContext[F, All, R](f: F)(implicit
        combiner: ArgCombiner.Aux[A, StreamingContext, All],
        fn: FnForTuple.Aux[All, F, R]
    ): RawHandle[R] = on(streamingContextArg, f)

    def onSqlContext[F, All, R](f: F)(implicit
        combiner: ArgCombiner.Aux[A, SQLContext, All],
        fn: FnForTuple.Aux[All, F, R]
    ): RawHandle[R] = on(sqlContextArg, f)

    def onHiveContext[F, All, R](f: F)(implicit
        combiner: ArgCombiner.Aux[A, HiveContext, All],
        fn: FnForTuple.Aux[All, F, R]
    ): RawHandle[R] = on(hiveContextArg, f)

    def onSparkSession[F, All, R](f: F)(implicit
        combiner: ArgCombiner.Aux[A, SparkSession, All],
        fn: FnForTuple.Aux[All, F, R]
    ): RawHandle[R] = on(sparkSessionArg, f)

    def onSparkSessionWithHive[F, All, R](f: F)(implicit
        combiner: ArgCombiner.Aux[A, SparkSession, All],
        fn: FnForTuple.Aux[All, F, R]
    ): RawHandle[R] = on(sparkSessionWithHiveArg, f)

    private def on[C, F, All, R](context: ArgDef[C], f: F)(implicit
        combiner: ArgCombiner.Aux[A, C, All],
        fn: FnForTuple.Aux[All, F, R]
    ): RawHandle[R] = args.zip(context).bind { case (a, c) => fn(f, combiner(a, c)) }
  }
}

object SparkArgs extends SparkArgs
