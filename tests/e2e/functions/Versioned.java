import static mist.api.jdsl.Jdsl.*;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mist.api.Handle;
import mist.api.MistFn;
import mist.api.jdsl.JEncoders;

/** Answers, once the gate is open, which version of this class the driver and an executor run. */
public class Versioned extends MistFn {

  @Override
  public Handle handle() {
    return withArgs(stringArg("gate"))
        .onSparkContext(
            (gate, sc) -> {
              while (!Files.exists(Path.of(gate))) Thread.sleep(20);
              String seen = sc.parallelize(List.of(1), 1).map(item -> version()).first();
              return List.of("driver " + version(), "executor " + seen);
            })
        .toHandle(JEncoders.listEncoderOf(JEncoders.stringEncoder()));
  }

  private static String version() {
    return "@VERSION@";
  }
}
