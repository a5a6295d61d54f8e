package mist.api

import scala.util.{Failure, Try}

import mist.api.data.{JsData, JsMap, JsNull}
import mist.api.encoding.{JsExtractor, RootExtractor}

/** One argument of a function, or several put together (then `A` is a tuple): where it comes from
  * and how it describes itself. Arguments are put together first and called last: `withArgs(a,
  * b).onSparkContext(f)`.
  */
trait ArgDef[A] extends Serializable { self =>

  def extract(ctx: FnContext): Extraction[A]

  def describe(): Seq[ArgInfo]

  /** Checks the caller's part of the arguments, without Spark. */
  def validate(params: JsMap): Extraction[Unit]

  /** Whether [[validate]] may refuse what fits [[describe]]. */
  def checksValues: Boolean = true

  /** Both arguments, side by side in one flat tuple. */
  final def combine[B](other: ArgDef[B])(implicit
      combiner: ArgCombiner[A, B]
  ): ArgDef[combiner.Out] =
    zip(other).map { case (a, b) => combiner(a, b) }

  final def &[B](other: ArgDef[B])(implicit combiner: ArgCombiner[A, B]): ArgDef[combiner.Out] =
    combine(other)

  final def map[B](f: A => B): ArgDef[B] = new ArgDef[B] {
    override def extract(ctx: FnContext): Extraction[B] = self.extract(ctx).map(f)
    override def describe(): Seq[ArgInfo] = self.describe()
    override def validate(params: JsMap): Extraction[Unit] = self.validate(params)
    override def checksValues: Boolean = self.checksValues
  }

  /** Goes on with `f`, which may refuse the value. */
  final def andThen[B](f: A => Extraction[B]): ArgDef[B] = new ArgDef[B] {
    override def extract(ctx: FnContext): Extraction[B] = self.extract(ctx).flatMap(f)
    override def describe(): Seq[ArgInfo] = self.describe()

    // Without Spark, `f` can only be asked about what comes from the caller alone.
    override def validate(params: JsMap): Extraction[Unit] =
      if (describe().exists(_.isInstanceOf[InternalArgument])) self.validate(params)
      else extract(FnContext.onlyInput(params)).map(_ => ())
  }

  /** The function itself; `f` takes exactly these arguments. */
  final def apply[F, R](f: F)(implicit fn: FnForTuple.Aux[A, F, R]): RawHandle[R] =
    bind(a => fn(f, a))

  /** Both arguments; when both fail, both failures are told. */
  private[api] final def zip[B](other: ArgDef[B]): ArgDef[(A, B)] = new ArgDef[(A, B)] {
    override def extract(ctx: FnContext): Extraction[(A, B)] =
      both(self.extract(ctx), other.extract(ctx))
    override def describe(): Seq[ArgInfo] = self.describe() ++ other.describe()
    override def validate(params: JsMap): Extraction[Unit] =
      both(self.validate(params), other.validate(params)).map(_ => ())
    override def checksValues: Boolean = self.checksValues || other.checksValues

    private def both[X, Y](x: Extraction[X], y: Extraction[Y]): Extraction[(X, Y)] = (x, y) match {
      case (Extracted(a), Extracted(b)) => Extracted((a, b))
      case _ => Failed.toComplex(Seq(x, y).collect { case failed: Failed => failed })
    }
  }

  private[api] final def bind[R](f: A => R): RawHandle[R] = new RawHandle[R] {
    override def invoke(ctx: FnContext): Try[R] = self.extract(ctx) match {
      case Extracted(a) => Try(f(a))
      case failed: Failed =>
        Failure(
          new IllegalArgumentException(s"Arguments does not conform to job [${failed.message}]")
        )
    }
    override def describe(): Seq[ArgInfo] = self.describe()
    override def validate(params: JsMap): Extraction[Unit] = self.validate(params)
    override def checksValues: Boolean = self.checksValues
  }
}

/** An argument that the caller gives. */
trait UserArg[A] extends ArgDef[A] { self =>

  override def validate(params: JsMap): Extraction[Unit] =
    extract(FnContext.onlyInput(params)).map(_ => ())

  /** Refuses values for which `f` is false; the caller is told `reason`. */
  final def validated(f: A => Boolean, reason: String = "Validation failed"): UserArg[A] =
    new UserArg[A] {
      override def describe(): Seq[ArgInfo] = self.describe()
      override def extract(ctx: FnContext): Extraction[A] =
        for {
          a <- self.extract(ctx)
          fits <- Extraction.tryExtract(f(a))(e => Failed.InternalError(e.toString))
          accepted <- if (fits) Extracted(a) else rejected
        } yield accepted

      private def rejected: Failed = Failed.InvalidValue(
        "Arg was rejected by validation rule" + (if (reason.isEmpty) "" else s" :$reason")
      )
    }
}

private[api] object UserArg {

  def required[A](name: String, extractor: JsExtractor[A]): UserArg[A] =
    named(name, extractor, extractor.`type`)(extractor(_))

  /** A required argument whose failures do not tell its name, as Mist 1.x has it for Java's lists
    * and optionals.
    */
  def unnamed[A, B](argName: String, extractor: JsExtractor[A])(f: A => B): UserArg[B] =
    new UserArg[B] {
      override def describe(): Seq[ArgInfo] = Seq(new UnnamedInFailures(argName, extractor.`type`))
      override def checksValues: Boolean = extractor.checksValues
      override def extract(ctx: FnContext): Extraction[B] =
        extractor(ctx.params.fieldValue(argName)).map(f)
    }

  def withDefault[A](name: String, default: A, extractor: JsExtractor[A]): UserArg[A] =
    named(name, extractor, MOption(extractor.`type`)) {
      case JsNull => Extracted(default)
      case js => extractor(js)
    }

  private def named[A](argName: String, extractor: JsExtractor[_], argType: ArgType)(
      read: JsData => Extraction[A]
  ): UserArg[A] = new UserArg[A] {
    override def describe(): Seq[ArgInfo] = Seq(UserInputArgument(argName, argType))
    override def checksValues: Boolean = extractor.checksValues
    override def extract(ctx: FnContext): Extraction[A] = read(
      ctx.params.fieldValue(argName)
    ) match {
      case failed: Failed => Failed.InvalidField(argName, failed)
      case extracted => extracted
    }
  }

  def root[A](extractor: RootExtractor[A]): UserArg[A] = new UserArg[A] {
    override def extract(ctx: FnContext): Extraction[A] = extractor(ctx.params)
    override def checksValues: Boolean = extractor.checksValues
    override def describe(): Seq[ArgInfo] = extractor.`type` match {
      case obj: MObj =>
        obj.fields.map { case (name, t) =>
          obj.ofClass.fold(UserInputArgument(name, t))(new FieldOfRequest(name, t, _))
        }
      case _: MMap => Seq.empty
    }
  }
}

/** An argument that Mist gives. */
private[api] final class SystemArg[A](tags: Seq[String], f: FnContext => Extraction[A])
    extends ArgDef[A] {
  override def extract(ctx: FnContext): Extraction[A] = f(ctx)
  override def describe(): Seq[ArgInfo] = Seq(InternalArgument(tags))
  override def validate(params: JsMap): Extraction[Unit] = Extracted(())
  override def checksValues: Boolean = false
}

private[api] object SystemArg {

  /** An argument made from the call's Spark context. */
  def onSpark[A](tags: String*)(f: FullFnContext => A): ArgDef[A] = new SystemArg[A](
    tags,
    {
      case full: FullFnContext => Extracted(f(full))
      case _ =>
        Failed.InternalError("the function needs Spark and was called without a SparkContext")
    }
  )

  /** An argument that every call has. */
  def onCall[A](f: FnContext => A): ArgDef[A] =
    new SystemArg[A](Seq.empty, ctx => Extracted(f(ctx)))
}
