import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mist.testing.LocalMist;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The function in a local Spark, without a master. */
class JavaHelloMistTest {
  private static final LocalMist mist = LocalMist.create();

  @AfterAll
  static void stopSpark() {
    mist.close();
  }

  @Test
  void piIsAboutThree() {
    double pi = Double.parseDouble(mist.call(new JavaHelloMist(), "{\"samples\": 1000}"));
    assertTrue(2 < pi && pi < 4);
  }

  @Test
  void samplesAreANumber() {
    assertThrows(
        IllegalArgumentException.class,
        () -> mist.call(new JavaHelloMist(), "{\"samples\": \"many\"}"));
  }
}
