package mist.api.jdsl

import java.{lang => jl, util => ju}

import scala.collection.JavaConverters._

import mist.api._
import mist.api.encoding.JsExtractor
import mist.api.encoding.defaultExtractors._
import org.apache.spark.api.java.JavaSparkContext
import org.apache.spark.sql.{SQLContext, SparkSession}
import org.apache.spark.sql.hive.HiveContext
import org.apache.spark.streaming.api.java.JavaStreamingContext

/** An argument of a Java function. */
class JArg[A](underlying: ArgDef[A]) extends Serializable {
  def asScala: ArgDef[A] = underlying
}

/** An argument of a Java function that the caller gives. */
class JUserArg[A](underlying: UserArg[A]) extends JArg[A](underlying) {

  def validated(f: Func1[A, jl.Boolean]): JUserArg[A] = new JUserArg(
    underlying.validated(a => f(a))
  )

  def validated(f: Func1[A, jl.Boolean], reason: String): JUserArg[A] =
    new JUserArg(underlying.validated(a => f(a), reason))
}

/** What Args1 to Args20 have in common: `T` is the arguments' tuple. */
abstract class JArgs[T](args: ArgDef[T]) extends Serializable {

  def extract(ctx: FnContext): Extraction[T] = args.extract(ctx)

  protected def on[C, R](context: ArgDef[C])(f: (T, C) => R): RawHandle[R] =
    args.zip(context).bind { case (t, c) => f(t, c) }

  protected def append[B, R](other: ArgDef[B])(f: (T, B) => R): ArgDef[R] =
    args.zip(other).map { case (t, b) => f(t, b) }
}

private[jdsl] object JContexts {
  val extras: ArgDef[MistExtras] = MistExtrasDef.withMistExtras
}

/** Everything that a Java function needs: `import static mist.api.jdsl.Jdsl.*`. */
object Jdsl extends WithArgs {

  def intArg(name: String): JUserArg[jl.Integer] = required(name)
  def intArg(name: String, default: jl.Integer): JUserArg[jl.Integer] = withDefault(name, default)
  def optIntArg(name: String): JUserArg[ju.Optional[jl.Integer]] = optional(name)
  def intListArg(name: String): JUserArg[ju.List[jl.Integer]] = list(name)

  def doubleArg(name: String): JUserArg[jl.Double] = required(name)
  def doubleArg(name: String, default: jl.Double): JUserArg[jl.Double] = withDefault(name, default)
  def optDoubleArg(name: String): JUserArg[ju.Optional[jl.Double]] = optional(name)
  def doubleListArg(name: String): JUserArg[ju.List[jl.Double]] = list(name)

  def stringArg(name: String): JUserArg[String] = required(name)
  def stringArg(name: String, default: String): JUserArg[String] = withDefault(name, default)
  def optStringArg(name: String): JUserArg[ju.Optional[String]] = optional(name)
  def stringListArg(name: String): JUserArg[ju.List[String]] = list(name)

  def booleanArg(name: String): JUserArg[jl.Boolean] = required(name)
  def booleanArg(name: String, default: jl.Boolean): JUserArg[jl.Boolean] =
    withDefault(name, default)
  def optBooleanArg(name: String): JUserArg[ju.Optional[jl.Boolean]] = optional(name)
  def booleanListArg(name: String): JUserArg[ju.List[jl.Boolean]] = list(name)

  /** Whatever the caller gave, as plain Java values. */
  def allArgs: JArg[ju.Map[String, Object]] = new JArg(ArgsInstances.allArgs.map(javaMap(_)))

  def withMistExtras: Args1[MistExtras] = new Args1(JContexts.extras)

  def onSparkContext[R](f: Func1[JavaSparkContext, R]): RawHandle[R] =
    SparkArgs.javaSparkContextArg.bind(f(_))

  def onStreamingContext[R](f: Func1[JavaStreamingContext, R]): RawHandle[R] =
    SparkArgs.javaStreamingContextArg.bind(f(_))

  def onSparkSession[R](f: Func1[SparkSession, R]): RawHandle[R] =
    SparkArgs.sparkSessionArg.bind(f(_))

  def onSparkSessionWithHive[R](f: Func1[SparkSession, R]): RawHandle[R] =
    SparkArgs.sparkSessionWithHiveArg.bind(f(_))

  def onSqlContext[R](f: Func1[SQLContext, R]): RawHandle[R] = SparkArgs.sqlContextArg.bind(f(_))

  def onHiveContext[R](f: Func1[HiveContext, R]): RawHandle[R] = SparkArgs.hiveContextArg.bind(f(_))

  private def required[A](name: String)(implicit extractor: JsExtractor[A]): JUserArg[A] =
    new JUserArg(UserArg.required(name, extractor))

  private def withDefault[A](name: String, default: A)(implicit
      extractor: JsExtractor[A]
  ): JUserArg[A] =
    new JUserArg(UserArg.withDefault(name, default, extractor))

  private def optional[A](
      name: String
  )(implicit extractor: JsExtractor[A]): JUserArg[ju.Optional[A]] =
    new JUserArg(UserArg.unnamed(name, forOption(extractor)) { value =>
      value.fold(ju.Optional.empty[A]())(ju.Optional.of(_))
    })

  private def list[A](name: String)(implicit extractor: JsExtractor[A]): JUserArg[ju.List[A]] =
    new JUserArg(UserArg.unnamed(name, forSeq(extractor))(_.asJava))

  private def javaMap(map: Map[String, Any]): ju.Map[String, Object] =
    map.map { case (key, value) => key -> javaValue(value) }.asJava

  private def javaValue(value: Any): Object = value match {
    case list: Seq[_] => list.map(javaValue).asJava
    case map: Map[_, _] => map.map { case (key, item) => key -> javaValue(item) }.asJava
    case other => other.asInstanceOf[Object]
  }
}
