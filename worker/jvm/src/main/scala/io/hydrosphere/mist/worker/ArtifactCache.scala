package io.hydrosphere.mist.worker

import java.io.IOException
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.file.{Files, Path, StandardCopyOption, StandardOpenOption}
import java.security.MessageDigest
import java.util.concurrent.ConcurrentHashMap

import io.hydrosphere.mist.worker.protocol.Artifact

/** The artifacts that jobs of this worker need, each under its own name in a folder named by its
  * SHA-256. A file appears there complete and checked, or not at all. Any thread; different
  * artifacts are fetched at the same time.
  *
  * `fetch` gives the bytes of an artifact chunk by chunk.
  */
final class ArtifactCache(
    folder: Path,
    maxBytes: Long,
    fetch: (Artifact, ByteBuffer => Unit) => Unit
) {
  private val locks = new ConcurrentHashMap[String, Object]

  def get(artifact: Artifact): Path = {
    val file = fileOf(artifact)
    locks.computeIfAbsent(artifact.getSha256, _ => new Object).synchronized {
      if (!Files.exists(file)) download(artifact, file)
    }
    file
  }

  private def fileOf(artifact: Artifact): Path = {
    val own = folder.resolve(artifact.getSha256)
    val file = own.resolve(artifact.getName)
    if (file.getParent != own || file.normalize != file)
      throw new IOException(s"Artifact ${artifact.getName} has no plain file name")
    file
  }

  private def download(artifact: Artifact, file: Path): Unit = {
    if (artifact.getBytes > maxBytes)
      throw new IOException(
        s"Artifact ${artifact.getName} has ${artifact.getBytes} bytes, more than the limit of $maxBytes bytes"
      )
    Files.createDirectories(file.getParent)
    val partial = Files.createTempFile(folder, "partial-", "")
    try {
      val sha256 = receive(artifact, partial)
      if (sha256 != artifact.getSha256)
        throw new IOException(
          s"Checksum of downloaded artifact ${artifact.getName} ($sha256) is different from ${artifact.getSha256}"
        )
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE)
    } finally Files.deleteIfExists(partial): Unit
  }

  private def receive(artifact: Artifact, partial: Path): String = {
    val digest = MessageDigest.getInstance("SHA-256")
    val out = FileChannel.open(partial, StandardOpenOption.WRITE)
    try
      fetch(
        artifact,
        chunk => {
          if (out.position() + chunk.remaining > artifact.getBytes)
            throw new IOException(s"Artifact ${artifact.getName} is longer than announced")
          digest.update(chunk.duplicate())
          while (chunk.hasRemaining) out.write(chunk)
        }
      )
    finally out.close()
    digest.digest().map(byte => f"$byte%02x").mkString
  }
}
