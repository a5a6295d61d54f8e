package mist.api

import mist.api.data.JsData
import mist.api.encoding.{JsEncoder, JsExtractor, RootExtractor}

/** Ways to say what an argument is. */
trait ArgsInstances {

  /** A required argument. */
  def arg[A](name: String)(implicit extractor: JsExtractor[A]): UserArg[A] =
    UserArg.required(name, extractor)

  /** An argument that may be missing or null. */
  def arg[A](name: String, default: A)(implicit extractor: JsExtractor[A]): UserArg[A] =
    UserArg.withDefault(name, default, extractor)

  /** The whole request as one value. */
  def arg[A](implicit extractor: RootExtractor[A]): UserArg[A] = UserArg.root(extractor)

  /** Always the same value. */
  def const[A](value: A): ArgDef[A] = SystemArg.onCall(_ => value)

  /** Never a value: the call fails with `message`. */
  def missing[A](message: String): ArgDef[A] = const(()).andThen(_ => Failed.InternalError(message))

  /** Whatever the caller gave, untyped. */
  def allArgs: ArgDef[Map[String, Any]] = SystemArg.onCall(ctx => JsData.untyped(ctx.params))
}

object ArgsInstances extends ArgsInstances

/** The job's own id and its worker's, as an argument. */
trait MistExtrasDef {

  def withMistExtras: ArgDef[MistExtras] = SystemArg.onCall(MistExtras.of)

  implicit class MistExtrasOps[A](args: ArgDef[A]) {
    def withMistExtras(implicit combiner: ArgCombiner[A, MistExtras]): ArgDef[combiner.Out] =
      args.combine(SystemArg.onCall(MistExtras.of))
  }
}

object MistExtrasDef extends MistExtrasDef

trait MistFnSyntax {
  implicit class AsHandleOps[A](raw: RawHandle[A]) {
    def asHandle(implicit encoder: JsEncoder[A]): Handle = raw.toHandle(encoder)
  }
}

object MistFnSyntax extends MistFnSyntax

/** Everything that a Scala function needs: `import mist.api.dsl._`. */
object dsl
    extends ArgsInstances
    with MistExtrasDef
    with WithArgsScala
    with SparkArgs
    with MistFnSyntax
