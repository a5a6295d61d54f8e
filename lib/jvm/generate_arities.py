"""Writes the Scala sources that repeat themselves once per number of arguments. Run by Maven.

usage: generate_arities.py <output folder>
"""

import sys
from pathlib import Path

MAX_TUPLE = 22  # Scala's widest tuple and function
MAX_JAVA_ARGS = 20


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{i}" for i in range(1, count + 1)]


def tuple_of(types: list[str]) -> str:
    return types[0] if len(types) == 1 else f"({', '.join(types)})"


def elements(value: str, count: int) -> list[str]:
    return [value] if count == 1 else [f"{value}._{i}" for i in range(1, count + 1)]


def combiner(left: int, right: int) -> str:
    a, b = names("A", left), names("B", right)
    out = tuple_of(a + b)
    return (
        f"  implicit def combine{left}And{right}[{', '.join(a + b)}]"
        f": ArgCombiner.Aux[{tuple_of(a)}, {tuple_of(b)}, {out}] =\n"
        f"    ArgCombiner.instance((a, b) => ({', '.join(elements('a', left) + elements('b', right))}))\n"
    )


def combiners() -> str:
    # A tuple is also a value: the more telling instances win by inheritance.
    wide = range(2, MAX_TUPLE + 1)
    two_tuples = [combiner(i, j) for i in wide for j in wide if i + j <= MAX_TUPLE]
    one_tuple = [combiner(i, 1) for i in wide if i < MAX_TUPLE]
    one_tuple += [combiner(1, i) for i in wide if i < MAX_TUPLE]
    return (
        "package mist.api\n\n"
        f"private[api] trait ValuesCombiner {{\n{combiner(1, 1)}}}\n\n"
        f"private[api] trait TupleCombiners extends ValuesCombiner {{\n{''.join(one_tuple)}}}\n\n"
        f"private[api] trait ArgCombinerInstances extends TupleCombiners {{\n{''.join(two_tuples)}}}\n"
    )


def functions() -> str:
    text = "package mist.api\n\nprivate[api] trait FnForTupleInstances {\n"
    for n in range(1, MAX_TUPLE + 1):
        a = names("A", n)
        text += (
            f"  implicit def forFunction{n}[{', '.join(a)}, R]"
            f": FnForTuple.Aux[{tuple_of(a)}, {parameters(a)} => R, R] =\n"
            f"    FnForTuple.instance((f, in) => f({', '.join(elements('in', n))}))\n"
        )
    return text + "}\n"


def parameters(types: list[str]) -> str:
    return f"({', '.join(types)})"


def with_args_scala() -> str:
    text = "package mist.api\n\n/** Puts arguments together; those that are put together already are flattened. */\n"
    text += "trait WithArgsScala {\n  def withArgs[A](a: ArgDef[A]): ArgDef[A] = a\n"
    for n in range(2, MAX_TUPLE):
        a, results = names("A", n), ["A1"] + [f"R{i}" for i in range(2, n + 1)]
        params = ", ".join(f"a{i}: ArgDef[A{i}]" for i in range(1, n + 1))
        implicits = ", ".join(
            f"c{i}: ArgCombiner.Aux[{results[i - 2]}, A{i}, R{i}]" for i in range(2, n + 1)
        )
        body = "a1" + "".join(f".combine(a{i})(c{i})" for i in range(2, n + 1))
        text += f"  def withArgs[{', '.join(a + results[1:])}]({params})(implicit {implicits}): ArgDef[R{n}] =\n    {body}\n"
    return text + "}\n\nobject WithArgsScala extends WithArgsScala\n"


def java_functions() -> str:
    text = "package mist.api.jdsl\n\n"
    for n in range(1, MAX_TUPLE + 1):
        types = names("T", n)
        params = ", ".join(f"a{i}: T{i}" for i in range(1, n + 1))
        text += (
            f"@FunctionalInterface\ntrait Func{n}[{', '.join(types)}, R] extends Serializable {{\n"
            f"  @throws[Exception]\n  def apply({params}): R\n}}\n\n"
        )
    return text


JAVA_CONTEXTS = {
    "onSparkContext": ("JavaSparkContext", "javaSparkContextArg"),
    "onStreamingContext": ("JavaStreamingContext", "javaStreamingContextArg"),
    "onSparkSession": ("SparkSession", "sparkSessionArg"),
    "onSparkSessionWithHive": ("SparkSession", "sparkSessionWithHiveArg"),
    "onSqlContext": ("SQLContext", "sqlContextArg"),
    "onHiveContext": ("HiveContext", "hiveContextArg"),
}


def java_args() -> str:
    text = (
        "package mist.api.jdsl\n\n"
        "import mist.api._\n"
        "import org.apache.spark.api.java.JavaSparkContext\n"
        "import org.apache.spark.sql.{SQLContext, SparkSession}\n"
        "import org.apache.spark.sql.hive.HiveContext\n"
        "import org.apache.spark.streaming.api.java.JavaStreamingContext\n\n"
    )
    for n in range(1, MAX_JAVA_ARGS + 1):
        types = names("T", n)
        values = ", ".join(elements("t", n))
        text += f"/** {n} argument{'s' if n > 1 else ''} of a Java function. */\n"
        text += f"final class Args{n}[{', '.join(types)}](args: ArgDef[{tuple_of(types)}])"
        text += f" extends JArgs[{tuple_of(types)}](args) {{\n"
        for method, (context, arg) in JAVA_CONTEXTS.items():
            text += (
                f"  def {method}[R](f: Func{n + 1}[{', '.join(types)}, {context}, R]): RawHandle[R] =\n"
                f"    on(SparkArgs.{arg})((t, c) => f({values}, c))\n"
            )
        if n < MAX_JAVA_ARGS:
            text += (
                f"  def withMistExtras: Args{n + 1}[{', '.join(types)}, MistExtras] =\n"
                f"    new Args{n + 1}(append(JContexts.extras)((t, e) => ({values}, e)))\n"
            )
        text += "}\n\n"
    return text


def with_args_java() -> str:
    text = "package mist.api.jdsl\n\ntrait WithArgs {\n"
    for n in range(1, MAX_JAVA_ARGS + 1):
        types = names("T", n)
        params = ", ".join(f"a{i}: JArg[T{i}]" for i in range(1, n + 1))
        zipped, pattern = "a1.asScala", "v1"
        for i in range(2, n + 1):
            zipped, pattern = f"{zipped}.zip(a{i}.asScala)", f"({pattern}, v{i})"
        flat = "" if n < 3 else f".map {{ case {pattern} => ({', '.join(names('v', n))}) }}"
        text += (
            f"  def withArgs[{', '.join(types)}]({params}): Args{n}[{', '.join(types)}] =\n"
            f"    new Args{n}({zipped}{flat})\n"
        )
    return text + "}\n"


def main(output: Path) -> None:
    files = {
        "mist/api/ArgCombinerInstances.scala": combiners(),
        "mist/api/FnForTupleInstances.scala": functions(),
        "mist/api/WithArgsScala.scala": with_args_scala(),
        "mist/api/jdsl/Func.scala": java_functions(),
        "mist/api/jdsl/Args.scala": java_args(),
        "mist/api/jdsl/WithArgs.scala": with_args_java(),
    }
    for name, text in files.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # An untouched file keeps its time, so that nothing is compiled again.
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
