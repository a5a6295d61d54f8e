import static mist.api.jdsl.Jdsl.*;

import java.util.List;
import mist.api.Handle;
import mist.api.MistFn;
import mist.api.jdsl.JEncoders;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;

/** Like Versioned, through Spark SQL. */
public class VersionedSql extends MistFn {
  @Override
  public Handle handle() {
    return onSparkSession(spark -> spark
            .createDataset(List.of(1, 2, 3, 4), Encoders.INT())
            .map((MapFunction<Integer, String>) item -> "executor " + Version.name(), Encoders.STRING())
            .distinct()
            .collectAsList())
        .toHandle(JEncoders.listEncoderOf(JEncoders.stringEncoder()));
  }
}
