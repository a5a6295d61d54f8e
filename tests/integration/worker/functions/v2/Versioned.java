import static mist.api.jdsl.Jdsl.*;

import java.util.ArrayList;
import java.util.List;
import mist.api.Handle;
import mist.api.MistFn;
import mist.api.jdsl.JEncoders;

/** Answers which version of Version the driver and the executors see. */
public class Versioned extends MistFn {
  @Override
  public Handle handle() {
    return onSparkContext(sc -> {
          List<Integer> items = List.of(1, 2, 3, 4);
          List<String> seen = new ArrayList<>(List.of("driver " + Version.name()));
          sc.parallelize(items, 2).map(item -> "executor " + Version.name()).distinct().collect().forEach(seen::add);
          return seen;
        })
        .toHandle(JEncoders.listEncoderOf(JEncoders.stringEncoder()));
  }
}
