package io.hydrosphere.mist.h2;

import java.io.BufferedWriter;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/**
 * Prints the table {@code job_details} of an H2 database: a line {"rows":n} and then a JSON object
 * for each row, with the columns' names in lower case, texts and numbers as strings, and nulls.
 *
 * <p>Arguments: the database's path without {@code .mv.db}. The user and password come from the
 * environment (MIST_H2_USER, MIST_H2_PASSWORD). What goes wrong is one line on standard error.
 */
public final class History {
  private static final int NO_DATABASE = 2;
  // A result is held in memory as a whole, so it must not be the whole table.
  private static final int ROWS_AT_ONCE = 500;

  private final Writer out;

  private History(Writer out) {
    this.out = out;
  }

  public static void main(String[] args) throws IOException {
    String url = "jdbc:h2:file:" + args[0] + ";IFEXISTS=TRUE;ACCESS_MODE_DATA=r";
    try (Writer out = standardOutput();
        Connection connection =
            DriverManager.getConnection(
                url, variable("MIST_H2_USER"), variable("MIST_H2_PASSWORD"))) {
      new History(out).print(connection);
    } catch (SQLException | IllegalStateException failure) {
      System.err.println(failure.getMessage().replace('\n', ' '));
      System.exit(NO_DATABASE);
    }
  }

  private static Writer standardOutput() {
    FileOutputStream bytes = new FileOutputStream(FileDescriptor.out);
    return new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), 1 << 16);
  }

  private static String variable(String name) {
    String value = System.getenv(name);
    return value == null ? "" : value;
  }

  private void print(Connection connection) throws SQLException, IOException {
    // DATABASE_TO_UPPER of the old URL decides in which case the name was stored.
    String table = "\"" + findTable(connection) + "\"";
    try (Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
      count.next();
      out.write("{\"rows\":\"" + count.getLong(1) + "\"}\n");
    }
    // In order of insertion, which is nearly that of creation.
    String page =
        ("SELECT _ROWID_ AS row_number, * FROM " + table)
            + (" WHERE _ROWID_ > ? ORDER BY _ROWID_ LIMIT " + ROWS_AT_ONCE);
    try (PreparedStatement statement = connection.prepareStatement(page)) {
      long last = Long.MIN_VALUE;
      for (long next = printPage(statement, last); next != last; ) {
        last = next;
        next = printPage(statement, last);
      }
    }
  }

  /** The number of the last row; {@code after} when there was none. */
  private long printPage(PreparedStatement statement, long after) throws SQLException, IOException {
    statement.setLong(1, after);
    long last = after;
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        last = rows.getLong(1);
        printRow(rows);
      }
    }
    return last;
  }

  private static String findTable(Connection connection) throws SQLException {
    String[] kinds = {"TABLE"};
    try (ResultSet tables = connection.getMetaData().getTables(null, null, "%", kinds)) {
      while (tables.next()) {
        String name = tables.getString("TABLE_NAME");
        if (name.equalsIgnoreCase("job_details")) return name;
      }
    }
    throw new IllegalStateException("there is no table job_details in it");
  }

  private void printRow(ResultSet row) throws SQLException, IOException {
    ResultSetMetaData columns = row.getMetaData();
    for (int column = 2; column <= columns.getColumnCount(); column++) {
      out.write(column == 2 ? '{' : ',');
      printString(columns.getColumnLabel(column).toLowerCase(Locale.ROOT));
      out.write(':');
      String value = row.getString(column);
      if (value == null) out.write("null");
      else printString(value);
    }
    out.write("}\n");
  }

  private void printString(String text) throws IOException {
    out.write('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.write('\\');
        out.write(c);
      } else if (c < 0x20) {
        out.write(String.format("\\u%04x", (int) c));
      } else {
        out.write(c);
      }
    }
    out.write('"');
  }
}
