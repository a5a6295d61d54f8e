package io.hydrosphere.mist.worker

import java.io.IOException
import java.nio.ByteBuffer
import java.nio.file.{Files, Path}
import java.security.MessageDigest
import java.util.concurrent.atomic.AtomicInteger

import io.hydrosphere.mist.worker.protocol.Artifact
import org.scalatest.funsuite.AnyFunSuite

class ArtifactCacheTest extends AnyFunSuite {
  private val data = "contents".getBytes
  private val fetches = new AtomicInteger

  private def sha256(bytes: Array[Byte]): String =
    MessageDigest.getInstance("SHA-256").digest(bytes).map(byte => f"$byte%02x").mkString

  private def artifact(name: String): Artifact =
    new Artifact(name, "", sha256(data), data.length.toLong)

  private def withCache(served: Array[Byte], maxBytes: Long = 100)(
      body: (ArtifactCache, Path) => Unit
  ): Unit = {
    val folder = Files.createTempDirectory("artifact-cache-test")
    val cache = new ArtifactCache(
      folder,
      maxBytes,
      (_, sink) => {
        fetches.incrementAndGet()
        served.grouped(3).foreach(chunk => sink(ByteBuffer.wrap(chunk)))
      }
    )
    try body(cache, folder)
    finally {
      val paths = Files.walk(folder)
      try paths.sorted(java.util.Comparator.reverseOrder[Path]).forEach(path => Files.delete(path))
      finally paths.close()
    }
  }

  private def assertRefused(message: String)(body: => Any): Unit =
    assert(intercept[IOException](body).getMessage.contains(message))

  test("keeps an artifact under its name and fetches it once") {
    withCache(data) { (cache, _) =>
      val file = cache.get(artifact("a.jar"))
      assert(file.getFileName.toString == "a.jar")
      assert(Files.readAllBytes(file).sameElements(data))
      val before = fetches.get
      assert(cache.get(artifact("a.jar")) == file)
      assert(fetches.get == before)
    }
  }

  test("refuses contents that do not fit the checksum, and leaves nothing behind") {
    withCache("Contents".getBytes) { (cache, folder) =>
      assertRefused("Checksum of downloaded artifact a.jar")(cache.get(artifact("a.jar")))
      assert(Files.walk(folder).filter(Files.isRegularFile(_)).count() == 0)
    }
  }

  test("refuses more bytes than were announced") {
    withCache("contents and more".getBytes)((cache, _) =>
      assertRefused("longer")(cache.get(artifact("a.jar")))
    )
  }

  test("refuses an artifact over the limit without fetching it") {
    withCache(data, maxBytes = 7) { (cache, _) =>
      val before = fetches.get
      assertRefused("more than the limit of 7 bytes")(cache.get(artifact("a.jar")))
      assert(fetches.get == before)
    }
  }

  test("refuses a name that is a path") {
    withCache(data) { (cache, _) =>
      for (name <- Seq("../a.jar", "/a.jar", "b/a.jar", ".."))
        assertRefused("no plain file name")(cache.get(artifact(name)))
    }
  }
}
