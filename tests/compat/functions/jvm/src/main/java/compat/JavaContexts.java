package compat;

import static mist.api.jdsl.Jdsl.*;

import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mist.api.Handle;
import mist.api.MistFn;
import mist.api.data.JsBoolean;
import mist.api.data.JsData;
import mist.api.data.JsMap;
import mist.api.encoding.JsEncoder;
import mist.api.jdsl.JEncoders;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/** Functions of Java on every context, with results of every encoder. */
public class JavaContexts {

  private static Handle answering(JsEncoder<Long> encoder) {
    return withArgs(intArg("n", 3))
        .onSparkSession((n, spark) -> spark.range(n).count())
        .toHandle(encoder);
  }

  public static class OnSession extends MistFn {
    @Override
    public Handle handle() {
      return answering(JEncoders.longEncoder());
    }
  }

  public static class OnHiveSession extends MistFn {
    @Override
    public Handle handle() {
      return onSparkSessionWithHive((SparkSession spark) -> catalogOf(spark).equals("hive"))
          .toHandle(JEncoders.booleanEncoder());
    }

    private static String catalogOf(SparkSession spark) {
      return spark.conf().get("spark.sql.catalogImplementation");
    }
  }

  public static class OnSql extends MistFn {
    @Override
    public Handle handle() {
      return onSqlContext(sql -> (short) sql.sql("select 1").count())
          .toHandle(JEncoders.shortEncoder());
    }
  }

  public static class OnHive extends MistFn {
    @Override
    public Handle handle() {
      return withArgs(doubleArg("d", 1.5))
          .onHiveContext((d, hive) -> d * hive.sql("select 1").count())
          .toHandle(JEncoders.floatEncoder());
    }
  }

  /** Streams one batch and stops its context; no result. */
  public static class OnStreaming extends MistFn {
    @Override
    public Handle handle() {
      return withArgs(intArg("n", 2))
          .onStreamingContext(
              (n, streaming) -> {
                LinkedList<JavaRDD<Integer>> queue = new LinkedList<>();
                queue.add(streaming.sparkContext().parallelize(Arrays.asList(n)));
                streaming.queueStream(queue).foreachRDD(rdd -> stopLater(streaming::stop));
                streaming.start();
                streaming.awaitTermination();
                return (Void) null;
              })
          .toHandle(JEncoders.empty());
    }

    private static void stopLater(Runnable stop) {
      Thread thread = new Thread(stop, "stopper");
      thread.setDaemon(true);
      thread.start();
    }
  }

  public static class EveryEncoder extends MistFn {
    @Override
    public Handle handle() {
      JsEncoder<Map<String, Optional<List<Double>>>> encoder =
          JEncoders.mapEncoderOf(
              JEncoders.optionalEncoderOf(JEncoders.listEncoderOf(JEncoders.doubleEncoder())));
      return onSparkContext(
              sc -> Map.of("list", Optional.of(List.of(0.5, 2.0)), "none", Optional.empty()))
          .toHandle(asAny(encoder));
    }

    @SuppressWarnings("unchecked")
    private static <A, B> JsEncoder<B> asAny(JsEncoder<A> encoder) {
      return (JsEncoder<B>) encoder;
    }
  }

  public static class JsonResult extends MistFn {
    @Override
    public Handle handle() {
      JsEncoder<JsData> encoder = JEncoders.jsData();
      return onSparkContext(
              sc ->
                  (JsData)
                      JsMap.empty()
                          .addField("flag", JsBoolean.of(true))
                          .addField("java", JsData.fromJava(Map.of("k", List.of(1, "x")))))
          .toHandle(encoder);
    }
  }

  public static class IntResult extends MistFn {
    @Override
    public Handle handle() {
      return onSparkContext(sc -> sc.parallelize(List.of(1, 2)).count() > 1 ? 42 : 0)
          .toHandle(JEncoders.intEncoder());
    }
  }

  public static class Throws extends MistFn {
    @Override
    public Handle handle() {
      return onSparkContext(
              sc -> {
                if (sc.defaultParallelism() > 0) throw new Exception("a checked one");
                return "";
              })
          .toHandle(JEncoders.stringEncoder());
    }
  }
}
