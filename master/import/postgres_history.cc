#include "master/import/postgres_history.h"

#include <exception>
#include <string_view>
#include <utility>

#include <pqxx/pqxx>

#include "base/error.h"

namespace mist {
namespace {

constexpr std::string_view kUrlStart = "jdbc:postgresql:";
constexpr int kRowsAtOnce = 1'000;

std::string PercentEncode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (plain) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

void AddParameter(std::string& uri, const std::string& name, const std::string& value) {
  if (value.empty()) return;
  uri += uri.find('?') == std::string::npos ? '?' : '&';
  uri += name + '=' + PercentEncode(value);
}

// The address alone: parameters may hold a password.
std::string Shown(const OldDatabase& database) {
  return database.url.substr(0, database.url.find('?'));
}

// The library's exceptions end here.
template <typename Call>
auto Translated(const OldDatabase& database, const std::string& attempted, Call call) {
  try {
    return call();
  } catch (const std::exception& failure) {
    std::string reason = failure.what();
    while (!reason.empty() && reason.back() == '\n') reason.pop_back();
    throw Error(ErrorCode::kUnavailable,
                "cannot " + attempted + " " + Shown(database) + ": " + reason);
  }
}

class PostgresHistory : public JobHistory {
 public:
  explicit PostgresHistory(OldDatabase database)
      : database_(std::move(database)), connection_(PostgresUri(database_)), work_(connection_) {
    connection_.set_client_encoding("UTF8");
  }

  std::int64_t CountRows() override {
    return Translated(database_, "read the table job_details of", [&] {
      return work_.exec1("SELECT count(*) FROM job_details")[0].as<std::int64_t>();
    });
  }

  void Read(const TakeRow& take) override {
    pqxx::result rows;
    Translated(database_, "read the table job_details of", [&] {
      // In order of time, as they were written: the store's indexes then grow at their ends.
      work_.exec("DECLARE history CURSOR FOR SELECT * FROM job_details ORDER BY create_time");
    });
    do {
      rows = Translated(database_, "read the table job_details of", [&] {
        return work_.exec("FETCH " + std::to_string(kRowsAtOnce) + " FROM history");
      });
      for (const pqxx::row& row : rows) take(ToJobRow(row));
    } while (!rows.empty());
  }

 private:
  static JobRow ToJobRow(const pqxx::row& fields) {
    JobRow row;
    for (const pqxx::field& field : fields) {
      if (!field.is_null()) row.Set(field.name(), std::string(field.c_str(), field.size()));
    }
    return row;
  }

  const OldDatabase database_;
  pqxx::connection connection_;
  pqxx::read_transaction work_;  // after the connection, which it uses
};

}  // namespace

bool IsPostgresUrl(const std::string& jdbc_url) {
  return jdbc_url.starts_with(kUrlStart);
}

std::string PostgresUri(const OldDatabase& database) {
  std::string_view rest = std::string_view(database.url).substr(kUrlStart.size());
  // JDBC's short form is the database's name alone, on this machine.
  std::string uri = "postgresql:";
  if (!rest.starts_with("//")) uri += "//localhost/";
  if (rest.starts_with('/') && !rest.starts_with("//")) rest.remove_prefix(1);
  uri += rest;
  AddParameter(uri, "user", database.user);
  AddParameter(uri, "password", database.password);
  return uri;
}

std::unique_ptr<JobHistory> OpenPostgresHistory(const OldDatabase& database) {
  return Translated(database, "connect to",
                    [&] { return std::make_unique<PostgresHistory>(database); });
}

}  // namespace mist
