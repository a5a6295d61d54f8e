package io.hydrosphere.mist.worker;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.spark.serializer.Serializer;
import scala.Option;

/**
 * One class for driver and tasks where both are in one JVM. Spark's executor gives each artifact a
 * class loader of its own, and so do we on the driver: of an object that goes from one to the other
 * without being written, such as a broadcast value, the class would be a stranger. The executor's
 * loaders ask this one first, and it gives them the driver's class.
 *
 * <p>It knows whom it works for by the thread's context class loader, which Spark sets for each
 * task. In Java, because only a static block of the class itself makes it parallel capable. Any
 * thread.
 */
public final class LocalClasses extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  // The driver's loaders, by the name under which Spark keeps the jar. Nothing is ever removed.
  private static final ConcurrentMap<String, ClassLoader> ARTIFACTS = new ConcurrentHashMap<>();

  public LocalClasses(ClassLoader parent) {
    super(parent);
  }

  static void add(String jar, ClassLoader loader) {
    ARTIFACTS.put(jar, loader);
  }

  /**
   * Makes the serializer look for classes in the context class loader of the thread that reads. The
   * executor has bound it to the loader of what belongs to no artifact. From Java, to which Scala's
   * protected members are open.
   */
  static void unbind(Serializer serializer) {
    serializer.defaultClassLoader_$eq(Option.empty());
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader) {
      URLClassLoader session = (URLClassLoader) Thread.currentThread().getContextClassLoader();
      for (URL url : session.getURLs()) {
        ClassLoader artifact = ARTIFACTS.get(fileName(url));
        Class<?> found = artifact == null ? null : load(artifact, name);
        if (found != null) return found;
      }
    }
    throw new ClassNotFoundException(name);
  }

  private static Class<?> load(ClassLoader artifact, String name) {
    try {
      return artifact.loadClass(name);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  private static String fileName(URL url) {
    return url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
  }
}
