import mist.testing.LocalMist
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite

/** The function in a local Spark, without a master. */
class TextSearchSpec extends AnyFunSuite with BeforeAndAfterAll {
  private val mist = LocalMist()

  override def afterAll(): Unit = mist.close()

  test("a word is found whatever its case") {
    val found = mist.call(TextSearch, """{"lines": ["a red fox", "a dog"], "words": ["Fox"]}""")
    assert(found == """["a red fox"]""")
  }

  test("at least one word is needed") {
    val error = intercept[IllegalArgumentException] {
      mist.call(TextSearch, """{"lines": ["a dog"], "words": []}""")
    }
    assert(error.getMessage.contains("at least one word is needed"))
  }
}
