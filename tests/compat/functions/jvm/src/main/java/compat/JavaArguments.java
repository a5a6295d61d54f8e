package compat;

import static mist.api.jdsl.Jdsl.*;

import java.util.List;
import java.util.Optional;
import mist.api.Extraction;
import mist.api.FnContext;
import mist.api.FnContextBuilder;
import mist.api.FullFnContext;
import mist.api.Handle;
import mist.api.MistExtras;
import mist.api.MistFn;
import mist.api.RawHandle;
import mist.api.RuntimeJobInfo;
import mist.api.data.Field;
import mist.api.data.JsList;
import mist.api.data.JsMap;
import mist.api.data.JsNumber;
import mist.api.jdsl.Args1;
import mist.api.jdsl.Args2;
import mist.api.jdsl.JArg;
import mist.api.jdsl.JEncoders;
import mist.api.jdsl.JUserArg;
import org.apache.spark.streaming.Duration;
import scala.Tuple2;

/** Functions of Java with arguments of every kind. */
public class JavaArguments {

  /** Required, with a default, optional and list, of each of the four types. */
  public static class Every extends MistFn {
    @Override
    public Handle handle() {
      return withArgs(
              intArg("int"),
              doubleArg("double"),
              stringArg("string"),
              booleanArg("boolean"),
              intArg("intDefault", 1),
              doubleArg("doubleDefault", 0.5),
              stringArg("stringDefault", "d"),
              booleanArg("booleanDefault", true),
              optIntArg("optInt"),
              optDoubleArg("optDouble"),
              optStringArg("optString"),
              optBooleanArg("optBoolean"),
              intListArg("ints"),
              doubleListArg("doubles"),
              stringListArg("strings"),
              booleanListArg("booleans"))
          .onSparkContext(
              (i, d, s, b, id, dd, sd, bd, oi, od, os, ob, il, dl, sl, bl, sc) -> {
                int sum = sc.parallelize(il).reduce(Integer::sum);
                double total = dl.stream().mapToDouble(x -> x).sum();
                boolean all = bl.stream().allMatch(x -> x);
                Optional<String> joined = os.map(x -> x + String.join("", sl));
                return List.of(
                    i + id + sum + oi.orElse(0) + "",
                    d + dd + total + od.orElse(0.0) + "",
                    s + sd + joined.orElse("none"),
                    (b && bd && all && ob.orElse(true)) + "");
              })
          .toHandle(JEncoders.listEncoderOf(JEncoders.stringEncoder()));
    }
  }

  public static class Ruled extends MistFn {
    @Override
    public Handle handle() {
      JUserArg<Integer> n = intArg("n").validated(x -> x > 0, "n must be positive");
      JUserArg<String> s = stringArg("s", "x").validated(x -> !x.isEmpty());
      return withArgs(n, s)
          .onSparkContext((x, text, sc) -> text.repeat(x))
          .toHandle(JEncoders.stringEncoder());
    }
  }

  /** The request as a map, and the extras. */
  public static class Untyped extends MistFn {
    @Override
    public Handle handle() {
      JArg<java.util.Map<String, Object>> all = allArgs();
      return withArgs(all)
          .withMistExtras()
          .onSparkContext(
              (map, extras, sc) ->
                  map.get("big").getClass().getSimpleName() + map.get("list") + extras.jobId())
          .toHandle(JEncoders.stringEncoder());
    }
  }

  public static class Extras extends MistFn {
    @Override
    public Handle handle() {
      Args1<MistExtras> extras = withMistExtras();
      return extras
          .onSparkContext((e, sc) -> e.workerId())
          .toHandle(JEncoders.stringEncoder());
    }
  }

  /** As many arguments as Java has, in a package-private class. */
  static class Twenty extends MistFn {
    private static JUserArg<Integer> n(int i) {
      return intArg("n" + i, i);
    }

    @Override
    public Handle handle() {
      return withArgs(
              n(1), n(2), n(3), n(4), n(5), n(6), n(7), n(8), n(9), n(10), n(11), n(12), n(13),
              n(14), n(15), n(16), n(17), n(18), n(19), n(20))
          .onSparkContext(
              (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, sc) ->
                  a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s + t)
          .toHandle(JEncoders.intEncoder());
    }
  }

  /** Called by itself, as tests of functions do. */
  public static class Extracted extends MistFn {
    private static final Args2<Integer, List<Integer>> ARGS =
        withArgs(intArg("by", 2), intListArg("numbers"));

    private static final RawHandle<Integer> RAW =
        ARGS.onSparkContext((by, numbers, sc) -> by * sc.parallelize(numbers).reduce(Integer::sum));

    @Override
    public Handle handle() {
      return onSparkContext(
              sc -> {
                JsMap in =
                    JsMap.of(
                        List.of(
                            Field.of(
                                "numbers", JsList.of(List.of(JsNumber.of(1), JsNumber.of(2L))))));
                FnContext plain = FnContextBuilder.create(sc.sc(), in);
                FullFnContext full =
                    FnContextBuilder.create(
                        sc.sc(), in, new Duration(500), new RuntimeJobInfo("id", "worker"));
                Extraction<Tuple2<Integer, List<Integer>>> read =
                    ARGS.extract(FnContext.onlyInput(in));
                Extraction<Tuple2<Integer, List<Integer>>> empty =
                    ARGS.extract(FnContextBuilder.create(sc.sc(), JsMap.empty(), new Duration(5)));
                return read.get()._1()
                    + "," + RAW.invoke(plain).get()
                    + "," + full.info().id()
                    + "," + full.streamingDuration().milliseconds()
                    + "," + empty.isFailed();
              })
          .toHandle(JEncoders.stringEncoder());
    }
  }

  /** Its constructor is nobody's business. */
  public static final class Hidden extends MistFn {
    private Hidden() {}

    @Override
    public Handle handle() {
      return onSparkContext(sc -> "hidden").toHandle(JEncoders.stringEncoder());
    }
  }
}
