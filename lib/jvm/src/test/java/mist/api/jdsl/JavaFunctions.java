package mist.api.jdsl;

import static mist.api.jdsl.Jdsl.*;

import java.util.List;
import java.util.Optional;
import mist.api.Extraction;
import mist.api.FnContext;
import mist.api.Handle;
import mist.api.MistExtras;
import mist.api.MistFn;
import mist.api.RawHandle;
import mist.api.data.Field;
import mist.api.data.JsData;
import mist.api.data.JsMap;
import mist.api.data.JsNumber;
import mist.api.data.JsString;
import mist.testing.LocalMist;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** What a Java author writes; that it compiles is half of the test. */
public class JavaFunctions {

  public static class Sum extends MistFn {
    private static final Args2<Integer, List<Integer>> ARGS =
        withArgs(intArg("start", 1).validated(n -> n >= 0, "no debts"), intListArg("numbers"));

    static int sum(int start, List<Integer> numbers, JavaSparkContext sc) {
      return start + sc.parallelize(numbers).reduce(Integer::sum);
    }

    static Extraction<Tuple2<Integer, List<Integer>>> extract(FnContext ctx) {
      return ARGS.extract(ctx);
    }

    @Override
    public Handle handle() {
      return ARGS.onSparkContext(Sum::sum).toHandle(JEncoders.intEncoder());
    }
  }

  public static class Everything extends MistFn {
    @Override
    public Handle handle() {
      RawHandle<List<String>> raw =
          withArgs(
                  stringArg("s"),
                  doubleArg("d", 0.5),
                  optBooleanArg("b"),
                  optStringArg("o"),
                  stringListArg("l"),
                  allArgs())
              .withMistExtras()
              .onSparkSession(
                  (s, d, b, o, l, all, extras, spark) -> List.of(describe(s, d, b, o, l, extras)));
      return raw.toHandle(JEncoders.listEncoderOf(JEncoders.stringEncoder()));
    }

    private static String describe(
        String s,
        double d,
        Optional<Boolean> b,
        Optional<String> o,
        List<String> l,
        MistExtras extras) {
      return s + d + b + o + l + extras.jobId();
    }
  }

  /** What a Java author's test does. */
  public static String sumInATest(String arguments) {
    try (LocalMist mist = LocalMist.create()) {
      return mist.call(new Sum(), arguments);
    }
  }

  public static JsData tree() {
    return JsMap.of(List.of(Field.of("a", JsNumber.of(1)), Field.of("b", JsString.of("x"))));
  }
}
