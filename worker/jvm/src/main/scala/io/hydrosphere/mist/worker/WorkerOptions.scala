package io.hydrosphere.mist.worker

import java.nio.file.{Path, Paths}

import scala.util.Try

/** The command line: `--master host:port --name id [--work-dir dir]`. Unknown options are ignored.
  */
final case class WorkerOptions(masterHost: String, masterPort: Int, name: String, workDir: Path)

object WorkerOptions {
  private val Name = "[A-Za-z0-9][A-Za-z0-9_-]*".r

  def parse(args: Array[String], env: Map[String, String]): Either[String, WorkerOptions] = {
    val given = args.sliding(2).collect { case Array(option, value) => option -> value }.toMap
    val workDir = given.get("--work-dir").orElse(env.get("MIST_HOME")).getOrElse(".")
    for {
      address <- given.get("--master").toRight("--master host:port is missing")
      target <- parseAddress(address)
      name <- given.get("--name").toRight("--name is missing")
      _ <- Either.cond(Name.pattern.matcher(name).matches, (), s"--name $name is not a worker id")
    } yield WorkerOptions(target._1, target._2, name, Paths.get(workDir).toAbsolutePath.normalize)
  }

  private def parseAddress(address: String): Either[String, (String, Int)] = {
    val colon = address.lastIndexOf(':')
    val host = address.take(colon).stripPrefix("[").stripSuffix("]")
    Try(address.drop(colon + 1).toInt).toOption match {
      case Some(port) if colon > 0 && port > 0 && port < 65536 => Right(host -> port)
      case _ => Left(s"--master $address is not host:port")
    }
  }
}
