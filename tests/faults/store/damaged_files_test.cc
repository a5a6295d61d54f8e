// Files of a store that somebody or something has damaged: flipped bits, cut ends, overwritten
// pages, in the database and in its write-ahead log. Whatever is read is what was written once;
// what is missing is found by check-store; and the file stays.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/store/sqlite_store.h"
#include "master/store/store_check.h"
#include "tests/faults/store/rounds.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

using std::filesystem::path;

constexpr int kImages = 300;
constexpr int kJobs = 60;

std::string ReadAll(const path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void WriteAllOf(const path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// A store's files and everything that was ever true of it.
struct Original {
  std::string database;
  std::string log;
  std::string mark;
  std::map<JobId, std::vector<Job>> jobs;  // each in its states, the last one is true
  std::map<std::string, std::vector<ContextConfig>> contexts;
  std::vector<FunctionConfig> functions;
  std::vector<StoredArtifact> artifacts;
  std::map<EventNumber, EventRecord> events;
};

// Half of it is in the database, the rest in the log only.
Original MakeOriginal() {
  Original made;
  const TempFolder folder;
  const path file = folder.Path() / "mist.db";
  EventNumber number = 0;
  std::unique_ptr<Store> store = OpenSqliteStore({file});
  for (int i = 0; i < kJobs; ++i) {
    if (i == kJobs / 2) store = nullptr, store = OpenSqliteStore({file});
    Job job = MakeJob();
    job.arguments.value = '"' + std::string(static_cast<std::size_t>(i * 100), 'x') + '"';
    const EventRecord event{++number, JobEvent::Kind::kQueued, FromEpochMillis(i), job.id, {}};
    store->Write({InsertJob{job}, AppendEvents{{event}}});
    made.jobs[job.id].push_back(job);
    made.events[number] = event;
    if (i % 3 != 0) continue;
    MoveJob move;
    move.id = job.id;
    move.from = JobState::kQueued;
    move.to = job.state = JobState::kFinished;
    move.attempt = job.attempt = 1;
    move.result = job.result = JsonText{"[1,2,3]"};
    store->Write({move});
    made.jobs[job.id].push_back(job);

    ContextConfig context;
    context.name = {"context-" + std::to_string(i % 6)};
    context.max_jobs = i + 1;
    const FunctionConfig function{{"function-" + std::to_string(i)}, "a.jar", "Foo$", {"c"}};
    const StoredArtifact artifact{"artifact-" + std::to_string(i), std::string(40, 'a'),
                                  std::string(64, 'b'), i, FromEpochMillis(i)};
    store->Write({SaveContext{context}, SaveFunction{function},
                  SaveArtifact{artifact.name, artifact.sha1, artifact.sha256, artifact.bytes,
                               artifact.created}});
    made.contexts[context.name.value].push_back(context);
    made.functions.push_back(function);
    made.artifacts.push_back(artifact);
  }
  made.database = ReadAll(file);
  made.log = ReadAll(file.string() + "-wal");
  made.mark = ReadAll(file.string() + "-mark");
  return made;
}

enum class Damage { kFlips, kTruncation, kZeroPage, kGarbage };

void DoDamage(std::string& bytes, std::mt19937_64& random) {
  if (bytes.empty()) return;
  const auto damage = static_cast<Damage>(random() % 4);
  if (damage == Damage::kTruncation) {
    bytes.resize(random() % bytes.size());
  } else if (damage == Damage::kFlips) {
    for (std::uint64_t i = 0; i <= random() % 8; ++i) {
      const std::uint64_t bit = random() % (bytes.size() * 8);
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    }
  } else {
    const std::size_t begin = random() % bytes.size();
    const std::size_t size = std::min<std::size_t>(1 + random() % 4096, bytes.size() - begin);
    for (std::size_t i = begin; i < begin + size; ++i)
      bytes[i] = damage == Damage::kZeroPage ? '\0' : static_cast<char>(random());
  }
}

// What a master reads from the files, compared with what was written.
class Reading {
 public:
  Reading(const Original& original, const path& file) : original_(original), file_(file) {}

  // What was read and never written.
  std::vector<std::string> lies;
  // Whether all that was written last is there.
  bool is_whole = true;

  void Run() {
    try {
      const std::unique_ptr<Store> store = OpenSqliteStore({file_});
      for (const auto& [id, states] : original_.jobs) ReadJob(*store, id, states);
      ReadLists(*store);
      ReadCatalog(*store);
      ReadEvents(*store);
    } catch (const Error&) {
      is_whole = false;
    }
  }

 private:
  template <typename Read>
  void Try(Read read) {
    try {
      read();
    } catch (const Error& error) {
      is_whole = false;
      if (std::string(error.what()).empty()) lies.push_back("an error without a reason");
    }
  }

  void ReadJob(Store& store, const JobId& id, const std::vector<Job>& states) {
    Try([&] {
      const auto found = store.FindJob(id);
      if (!found || *found != states.back()) is_whole = false;
      if (found) Compare(*found, states);
    });
  }

  void Compare(const Job& job, const std::vector<Job>& states) {
    if (std::find(states.begin(), states.end(), job) == states.end())
      lies.push_back("job " + job.id.value);
  }

  void ReadLists(Store& store) {
    const auto check = [this](const std::vector<Job>& jobs) {
      for (const Job& job : jobs) {
        const auto known = original_.jobs.find(job.id);
        if (known == original_.jobs.end()) {
          lies.push_back("a job that never was: " + job.id.value);
        } else {
          Compare(job, known->second);
        }
      }
    };
    Try([&] { check(store.UnfinishedJobs()); });
    Try([&] {
      JobQuery query;
      query.limit = kJobs;
      const JobPage page = store.ListJobs(query);
      check(page.jobs);
      if (page.jobs.size() != original_.jobs.size()) is_whole = false;
    });
  }

  void ReadCatalog(Store& store) {
    Try([&] {
      const std::vector<ContextConfig> contexts = store.Contexts();
      if (contexts.size() != original_.contexts.size()) is_whole = false;
      for (const ContextConfig& context : contexts) {
        const auto known = original_.contexts.find(context.name.value);
        if (known == original_.contexts.end() ||
            std::find(known->second.begin(), known->second.end(), context) == known->second.end())
          lies.push_back("context " + context.name.value);
        else if (context != known->second.back())
          is_whole = false;
      }
    });
    Try([&] {
      const std::vector<FunctionConfig> functions = store.Functions();
      if (functions.size() != original_.functions.size()) is_whole = false;
      for (const FunctionConfig& function : functions) {
        if (std::find(original_.functions.begin(), original_.functions.end(), function) ==
            original_.functions.end())
          lies.push_back("function " + function.name.value);
      }
    });
    Try([&] {
      const std::vector<StoredArtifact> artifacts = store.Artifacts();
      if (artifacts.size() != original_.artifacts.size()) is_whole = false;
      for (const StoredArtifact& artifact : artifacts) {
        const auto same = [&](const StoredArtifact& other) {
          return std::tie(artifact.name, artifact.sha1, artifact.sha256, artifact.bytes,
                          artifact.created) ==
                 std::tie(other.name, other.sha1, other.sha256, other.bytes, other.created);
        };
        if (std::none_of(original_.artifacts.begin(), original_.artifacts.end(), same))
          lies.push_back("artifact " + artifact.name);
      }
    });
  }

  void ReadEvents(Store& store) {
    Try([&] {
      const std::vector<EventRecord> events = store.EventsAfter(0, original_.events.size() + 1);
      if (events.size() != original_.events.size()) is_whole = false;
      for (const EventRecord& event : events) {
        const auto known = original_.events.find(event.number);
        if (known == original_.events.end() || known->second != event)
          lies.push_back("event " + std::to_string(event.number));
      }
    });
  }

  const Original& original_;
  const path file_;
};

struct Findings {
  std::vector<std::string> lines;
  bool refused = false;  // the file cannot be opened at all
};

Findings Check(const path& file) {
  Findings found;
  try {
    CheckDatabase(file, [&](const StoreFinding& finding) {
      found.lines.push_back(finding.what + "; " + finding.remedy);
    });
  } catch (const Error& error) {
    found.refused = true;
    found.lines.emplace_back(error.what());
  }
  return found;
}

TEST(DamagedFilesTest, AreFoundOrHarmlessAndNeverServedAsTruth) {
  const Original original = MakeOriginal();
  ASSERT_GT(original.log.size(), 100'000U);
  const int images = FaultRounds(kImages);
  std::cout << "damaged files: " << images << " images, seeds from " << FaultSeed() << '\n';
  int found = 0;
  int harmless = 0;
  int shorter = 0;  // log and mark are gone: what is left is the store of some time before
  for (int i = 0; i < images; ++i) {
    const std::uint64_t seed = FaultSeed() + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("repeat with MIST_FAULT_SEED=" + std::to_string(seed) + " MIST_FAULT_ROUNDS=1");
    std::mt19937_64 random(seed);
    std::string database = original.database;
    std::string log = original.log;
    std::string mark = original.mark;
    const bool damages_log = random() % 3 == 0;
    DoDamage(damages_log ? log : database, random);
    // Damage does not keep to one file, and the one that tells of the others is the smallest.
    const bool damages_mark = random() % 4 == 0;
    if (damages_mark) DoDamage(mark, random);

    const TempFolder folder;
    const path file = folder.Path() / "mist.db";
    WriteAllOf(file, database);
    WriteAllOf(file.string() + "-wal", log);
    WriteAllOf(file.string() + "-mark", mark);
    const Findings findings = Check(file);
    Reading reading(original, file);
    reading.Run();
    ASSERT_EQ(reading.lies, std::vector<std::string>{});
    EXPECT_TRUE(std::filesystem::exists(file));
    for (const std::string& line : findings.lines) EXPECT_GT(line.size(), 20U) << line;
    if (!findings.lines.empty()) {
      ++found;
    } else if (reading.is_whole) {
      ++harmless;
    } else {
      ++shorter;
      ASSERT_TRUE(damages_log && damages_mark)
          << "something is missing and check-store does not see it";
    }
  }
  EXPECT_GT(found, images / 2);
  std::cout << found << " found, " << harmless << " harmless, " << shorter
            << " end at an earlier commit\n";
}

// The checksums are what finds a changed row that is a good row to SQLite.
TEST(DamagedFilesTest, AChangedByteInARowIsFound) {
  const Original original = MakeOriginal();
  std::string database = original.database;
  const std::string text(500, 'x');
  const std::size_t place = database.find(text);
  ASSERT_NE(place, std::string::npos);
  database[place + 100] = 'y';
  const TempFolder folder;
  const path file = folder.Path() / "mist.db";
  WriteAllOf(file, database);
  const Findings findings = Check(file);
  ASSERT_EQ(findings.lines.size(), 1U);
  EXPECT_NE(findings.lines[0].find("checksum; restore a backup"), std::string::npos);
}

}  // namespace
}  // namespace mist::testing
