public class Version {
  public static String name() {
    return "1";
  }
}
