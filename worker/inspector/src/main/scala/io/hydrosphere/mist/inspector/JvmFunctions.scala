package io.hydrosphere.mist.inspector

import java.lang.reflect.InvocationTargetException

import mist.api._
import mist.api.data._
import org.apache.xbean.asm9.{ClassReader, ClassVisitor, Opcodes}

/** Functions in jars, written in Scala or Java. */
final class JvmFunctions extends Functions {

  private val loaders = new ArtifactLoaders(keep = 16)

  override def describe(request: Request): JsMap = withHandle(request) { (handle, loader) =>
    SchemaJson.of(languageOf(request.className, loader), handle)
  }

  override def validate(request: Request, arguments: JsMap): Option[String] = withHandle(request) {
    (handle, _) =>
      handle.validate(arguments) match {
        case failed: Failed => Some(failed.message)
        case _: Extracted[_] => None
      }
  }

  private def withHandle[A](request: Request)(f: (Handle, ClassLoader) => A): A =
    loaders.use(request.sha256, request.artifact, request.name) { loader =>
      try f(instance(request.className, loader).handle, loader)
      catch {
        case e: ExceptionInInitializerError if e.getCause != null => throw e.getCause
        case e: LinkageError =>
          throw new IllegalStateException(
            s"Handled LinkageError: $e (check your artifact or mist library version compatibility)"
          )
      }
    }

  private def instance(className: String, loader: ClassLoader): MistFn = {
    val cls = Class.forName(className, false, loader)
    if (!classOf[MistFn].isAssignableFrom(cls)) {
      throw new IllegalArgumentException(
        s"Can not instantiate job class: $className for action execute"
      )
    }
    val instance =
      try cls.getField("MODULE$").get(null)
      catch { case _: NoSuchFieldException => construct(cls) }
    instance.asInstanceOf[MistFn]
  }

  // The class and its constructor need not be public.
  private def construct(cls: Class[_]): Any = {
    val constructor = cls.getDeclaredConstructor()
    constructor.setAccessible(true)
    try constructor.newInstance()
    catch { case e: InvocationTargetException => throw e.getCause }
  }

  private def languageOf(className: String, loader: ClassLoader): String = {
    val code = loader.getResourceAsStream(className.replace('.', '/') + ".class")
    var source = ""
    val visitor = new ClassVisitor(Opcodes.ASM9) {
      override def visitSource(file: String, debug: String): Unit = source = String.valueOf(file)
    }
    try new ClassReader(code).accept(visitor, ClassReader.SKIP_CODE | ClassReader.SKIP_FRAMES)
    finally code.close()
    if (source.endsWith(".scala")) "scala" else "java"
  }
}
