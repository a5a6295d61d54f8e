#include "tests/unit/master/import/old_files.h"

#include <cstdio>
#include <fstream>
#include <iterator>

namespace mist::testing {

void WriteFile(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

JobRow MakeRow() {
  JobRow row;
  row.path = "f_0.0.1.jar";
  row.class_name = "Foo$";
  row.name_space = "nightly";
  row.parameters = R"({"n": 1})";
  row.external_id = "e1";
  row.function = "f";
  row.source = "Http";
  row.job_id = OldId(1);
  row.start_time = "1540000000123";
  row.end_time = "1540000001000";
  row.job_result = R"({"result": {"x": 0.10}})";
  row.status = "finished";
  row.worker_id = "nightly_w_1";
  row.create_time = "1540000000000";
  return row;
}

std::string OldId(int n) {
  char id[37];
  std::snprintf(id, sizeof id, "%08x-1111-4222-8333-444444444444",
                static_cast<unsigned>(n) * 0x9e3779b1U);
  return id;
}

}  // namespace mist::testing
