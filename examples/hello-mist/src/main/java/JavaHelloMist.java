import static mist.api.jdsl.Jdsl.*;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mist.api.Handle;
import mist.api.MistFn;
import mist.api.jdsl.JEncoders;

/** Estimates pi: the share of random points of a square that lie in its circle. */
public class JavaHelloMist extends MistFn {

  @Override
  public Handle handle() {
    return withArgs(intArg("samples", 10000))
        .onSparkContext(
            (samples, sc) -> {
              List<Integer> points =
                  IntStream.range(0, samples).boxed().collect(Collectors.toList());
              long inside = sc.parallelize(points).filter(i -> isInCircle()).count();
              return 4.0 * inside / samples;
            })
        .toHandle(JEncoders.doubleEncoder());
  }

  private static boolean isInCircle() {
    double x = ThreadLocalRandom.current().nextDouble();
    double y = ThreadLocalRandom.current().nextDouble();
    return x * x + y * y < 1;
  }
}
