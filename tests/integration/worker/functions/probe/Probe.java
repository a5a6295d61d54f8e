import static mist.api.jdsl.Jdsl.*;

import java.util.List;
import mist.api.Handle;
import mist.api.MistFn;
import mist.api.jdsl.JEncoders;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.LoggerFactory;

/** Does what a test asks for. */
public class Probe extends MistFn {
  @Override
  public Handle handle() {
    return withArgs(stringArg("action"), intArg("size", 0))
        .onSparkContext((String action, Integer size, JavaSparkContext sc) -> act(action, size, sc))
        .toHandle(JEncoders.stringEncoder());
  }

  private static String act(String action, int size, JavaSparkContext sc) throws Exception {
    switch (action) {
      case "answer":
        return "answered";
      case "big":
        return "x".repeat(size);
      case "fail":
        throw new IllegalStateException("asked to fail");
      case "group":
        return sc.getLocalProperty("spark.jobGroup.id") + " " + sc.getLocalProperty("spark.scheduler.pool");
      case "log":
        for (int line = 0; line < size; line++) LoggerFactory.getLogger("probe").warn("line " + line);
        return "logged";
      case "log-in-thread":
        Thread thread = new Thread(() -> LoggerFactory.getLogger("probe").error("from a thread", new Error("trace")));
        thread.start();
        thread.join();
        return "logged";
      case "spark-sleep":
        sc.parallelize(List.of(1, 2), 2).foreach(item -> Thread.sleep(600_000));
        return "slept";
      case "sleep":
        Thread.sleep(600_000);
        return "slept";
      case "stubborn":
        try {
          Thread.sleep(600_000);
        } catch (InterruptedException e) {
          return "finished anyway";
        }
        return "slept";
      default:
        throw new IllegalArgumentException(action);
    }
  }
}
