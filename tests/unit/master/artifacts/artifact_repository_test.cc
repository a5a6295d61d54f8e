#include "master/artifacts/artifact_repository.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/file_size_limit.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

constexpr char kHelloSha1[] = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
constexpr char kHelloSha256[] = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

template <typename Call>
std::optional<ErrorCode> CodeOf(Call call) {
  try {
    call();
    return std::nullopt;
  } catch (const Error& error) {
    return error.Code();
  }
}

class ArtifactRepositoryTest : public ::testing::Test {
 protected:
  ArtifactRepositoryTest() { Restart(); }

  void Restart() {
    repository_.reset();
    repository_ = std::make_unique<ArtifactRepository>(
        ArtifactRepositoryOptions{.folder = Folder(),
                                  .max_artifact_bytes = 1 << 20,
                                  .offered_paths = {Offered(), "taken.py"}},
        store_, SystemClock());
  }

  SavedArtifact Upload(const std::string& name, const std::string& text,
                       Overwrite overwrite = Overwrite::kNo) {
    const auto upload = repository_->BeginUpload(name);
    EXPECT_EQ(upload->Write(text), WriteOutcome::kTaken);
    return upload->Finish(overwrite);
  }

  std::string ContentsOf(const std::string& name) {
    const auto resolved = repository_->Resolve(name);
    return resolved ? ReadFile(resolved->file.path) : "(no such artifact)";
  }

  std::string Offered() const { return folder_.Path() / "offered.py"; }
  std::filesystem::path Folder() const { return folder_.Path() / "artifacts"; }

  // Files that are neither artifacts' contents nor anything else that should be there.
  std::size_t CountIncoming() const {
    const std::filesystem::directory_iterator files(Folder() / "incoming");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  std::size_t CountKept() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(Folder() / "sha256")) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  TempFolder folder_;
  MemoryStore store_;
  std::unique_ptr<ArtifactRepository> repository_;
};

TEST_F(ArtifactRepositoryTest, StoresAnUploadWithItsDigests) {
  const auto upload = repository_->BeginUpload("a.jar");
  ASSERT_EQ(upload->Write("hel"), WriteOutcome::kTaken);
  ASSERT_EQ(upload->Write("lo"), WriteOutcome::kTaken);
  const SavedArtifact saved = upload->Finish(Overwrite::kNo);
  EXPECT_EQ(saved.outcome, SaveOutcome::kCreated);
  EXPECT_EQ(saved.artifact.name, "a.jar");
  EXPECT_EQ(saved.artifact.sha1, kHelloSha1);
  EXPECT_EQ(saved.artifact.sha256, kHelloSha256);
  EXPECT_EQ(saved.artifact.bytes, 5);
  EXPECT_EQ(ContentsOf("a.jar"), "hello");
  EXPECT_EQ(CountIncoming(), 0U);
}

TEST_F(ArtifactRepositoryTest, FindsContentsByTheirDigest) {
  Upload("a.jar", "hello");
  const auto file = repository_->FindContents(kHelloSha256);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->bytes, 5);
  EXPECT_EQ(ReadFile(file->path), "hello");
  EXPECT_FALSE(repository_->FindContents(std::string(64, '0')));
  EXPECT_FALSE(repository_->FindContents("../../etc/passwd"));
  EXPECT_FALSE(repository_->FindContents(""));
}

TEST_F(ArtifactRepositoryTest, KnowsItsArtifactsAfterARestart) {
  Upload("b.jar", "b");
  Upload("a.jar", "hello");
  Restart();
  const std::vector<StoredArtifact> list = repository_->List();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].name, "a.jar");
  EXPECT_EQ(list[1].name, "b.jar");
  EXPECT_EQ(ContentsOf("a.jar"), "hello");
}

TEST_F(ArtifactRepositoryTest, RefusesOtherContentsUnderATakenName) {
  Upload("a.jar", "hello");
  EXPECT_EQ(Upload("a.jar", "other").outcome, SaveOutcome::kNameTaken);
  EXPECT_EQ(ContentsOf("a.jar"), "hello");
  EXPECT_EQ(CountIncoming(), 0U);
  EXPECT_EQ(CountKept(), 1U);
}

TEST_F(ArtifactRepositoryTest, SaysWhenANameStandsForTheSameContentsAlready) {
  Upload("a.jar", "hello");
  EXPECT_EQ(Upload("a.jar", "hello").outcome, SaveOutcome::kSame);
  EXPECT_EQ(Upload("a.jar", "hello", Overwrite::kYes).outcome, SaveOutcome::kSame);
  EXPECT_EQ(CountIncoming(), 0U);
}

TEST_F(ArtifactRepositoryTest, KeepsOldContentsWhenANameIsOverwritten) {
  Upload("a.jar", "hello");
  EXPECT_EQ(Upload("a.jar", "other", Overwrite::kYes).outcome, SaveOutcome::kReplaced);
  EXPECT_EQ(ContentsOf("a.jar"), "other");
  EXPECT_TRUE(repository_->FindContents(kHelloSha256));
}

TEST_F(ArtifactRepositoryTest, MakesLostContentsWholeAgainByTheSameUpload) {
  Upload("a.jar", "hello");
  std::filesystem::remove(repository_->FindContents(kHelloSha256)->path);
  EXPECT_EQ(CodeOf([&] { repository_->Resolve("a.jar"); }), ErrorCode::kCorrupt);
  EXPECT_EQ(Upload("a.jar", "hello").outcome, SaveOutcome::kSame);
  EXPECT_EQ(ContentsOf("a.jar"), "hello");
}

TEST_F(ArtifactRepositoryTest, DeletesANameButNotItsContents) {
  Upload("a.jar", "hello");
  EXPECT_TRUE(repository_->Delete("a.jar"));
  EXPECT_FALSE(repository_->Delete("a.jar"));
  EXPECT_FALSE(repository_->Find("a.jar"));
  EXPECT_TRUE(repository_->FindContents(kHelloSha256));
  Restart();
  EXPECT_TRUE(repository_->List().empty());
}

TEST_F(ArtifactRepositoryTest, RefusesANameThatIsAPath) {
  EXPECT_EQ(CodeOf([&] { [[maybe_unused]] auto upload = repository_->BeginUpload("../a.jar"); }),
            ErrorCode::kInvalidInput);
}

TEST_F(ArtifactRepositoryTest, LeavesNothingOfAnAbandonedUpload) {
  {
    const auto upload = repository_->BeginUpload("a.jar");
    ASSERT_EQ(upload->Write("hello"), WriteOutcome::kTaken);
    EXPECT_EQ(CountIncoming(), 1U);
  }
  EXPECT_EQ(CountIncoming(), 0U);
  EXPECT_FALSE(repository_->Find("a.jar"));
}

TEST_F(ArtifactRepositoryTest, RemovesWhatACrashLeftBehind) {
  WriteFile(Folder() / "incoming" / "upload-7", "half");
  Restart();
  EXPECT_EQ(CountIncoming(), 0U);
}

TEST_F(ArtifactRepositoryTest, TakesExactlyTheLimitAndNotOneByteMore) {
  const std::string limit(1 << 20, 'x');
  EXPECT_EQ(Upload("a.jar", limit).outcome, SaveOutcome::kCreated);
  const auto upload = repository_->BeginUpload("b.jar");
  ASSERT_EQ(upload->Write(limit), WriteOutcome::kTaken);
  EXPECT_EQ(upload->Write("x"), WriteOutcome::kTooLarge);
  EXPECT_EQ(CodeOf([&] { upload->Finish(Overwrite::kNo); }), ErrorCode::kInvalidInput);
  EXPECT_FALSE(repository_->Find("b.jar"));
}

TEST_F(ArtifactRepositoryTest, StoresAnEmptyFile) {
  EXPECT_EQ(Upload("empty.py", "").outcome, SaveOutcome::kCreated);
  EXPECT_EQ(ContentsOf("empty.py"), "");
}

TEST_F(ArtifactRepositoryTest, LeavesNothingOfAnUploadThatDoesNotFitOnTheDisk) {
  {
    const FileSizeLimit limit(100);
    const auto upload = repository_->BeginUpload("a.jar");
    EXPECT_TRUE(CodeOf([&] { [[maybe_unused]] auto o = upload->Write(std::string(200, 'x')); }));
  }
  EXPECT_EQ(CountIncoming(), 0U);
  EXPECT_FALSE(repository_->Find("a.jar"));
  EXPECT_EQ(Upload("a.jar", "hello").outcome, SaveOutcome::kCreated);
}

TEST_F(ArtifactRepositoryTest, DoesNotKnowANameThatTheStoreCouldNotTake) {
  store_.FailNext(ErrorCode::kDiskFull);
  EXPECT_EQ(CodeOf([&] { Upload("a.jar", "hello"); }), ErrorCode::kDiskFull);
  EXPECT_FALSE(repository_->Find("a.jar"));
  EXPECT_EQ(Upload("a.jar", "hello").outcome, SaveOutcome::kCreated);
}

TEST_F(ArtifactRepositoryTest, GivesANameToOneOfSeveralUploadsAtOnce) {
  constexpr int kUploads = 8;
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kUploads; ++i) {
    threads.emplace_back([&, i] {
      const SavedArtifact saved = Upload("a.jar", std::to_string(i));
      if (saved.outcome == SaveOutcome::kCreated) ++created;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(CountKept(), 1U);
}

TEST_F(ArtifactRepositoryTest, TakesInALocalFileByItsContents) {
  const std::string path = folder_.Path() / "local.py";
  WriteFile(path, "hello");
  const auto resolved = repository_->Resolve(path);
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->name, path);
  EXPECT_EQ(resolved->sha1, kHelloSha1);
  EXPECT_EQ(resolved->sha256, kHelloSha256);
  EXPECT_EQ(ReadFile(resolved->file.path), "hello");
  EXPECT_NE(resolved->file.path, path);
  EXPECT_TRUE(repository_->List().empty());
}

TEST_F(ArtifactRepositoryTest, SeesThatALocalFileChanged) {
  const std::string path = folder_.Path() / "local.py";
  WriteFile(path, "hello");
  EXPECT_EQ(repository_->Resolve(path)->sha256, kHelloSha256);
  WriteFile(path, "hello, too");
  EXPECT_NE(repository_->Resolve(path)->sha256, kHelloSha256);
  EXPECT_EQ(ContentsOf(path), "hello, too");
}

TEST_F(ArtifactRepositoryTest, DoesNotReadAnUnchangedLocalFileAgain) {
  const std::string path = folder_.Path() / "local.py";
  WriteFile(path, "hello");
  const auto inode_of = [](const std::filesystem::path& file) {
    struct stat status {};
    ::stat(file.c_str(), &status);
    return status.st_ino;
  };
  const auto first = inode_of(repository_->Resolve(path)->file.path);
  EXPECT_EQ(inode_of(repository_->Resolve(path)->file.path), first);
}

TEST_F(ArtifactRepositoryTest, PrefersAnArtifactToALocalFileOfThatName) {
  Upload("CMakeCache.txt", "hello");
  EXPECT_EQ(ContentsOf("CMakeCache.txt"), "hello");
}

TEST_F(ArtifactRepositoryTest, ResolvesOnlyRegularFiles) {
  const std::string pipe = folder_.Path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(repository_->Resolve(pipe));
  EXPECT_FALSE(repository_->Resolve(folder_.Path()));
  EXPECT_FALSE(repository_->Resolve(folder_.Path() / "missing"));
  EXPECT_FALSE(repository_->Resolve(""));
  EXPECT_FALSE(repository_->Resolve(std::string(10'000, 'x')));
}

TEST_F(ArtifactRepositoryTest, OffersUploadsAndTheOfferedPathsThatAreFiles) {
  Upload("taken.py", "uploaded");
  EXPECT_EQ(repository_->OfferedNames(), std::vector<std::string>{"taken.py"});
  WriteFile(Offered(), "hello");
  EXPECT_EQ(repository_->OfferedNames(), (std::vector<std::string>{Offered(), "taken.py"}));
  EXPECT_EQ(repository_->FindOffered(Offered())->sha1, kHelloSha1);
  EXPECT_EQ(ReadFile(repository_->FindOffered("taken.py")->file.path), "uploaded");
}

TEST_F(ArtifactRepositoryTest, OffersNoOtherFileOfTheDisk) {
  const std::string path = folder_.Path() / "secret";
  WriteFile(path, "hello");
  EXPECT_TRUE(repository_->Resolve(path));
  EXPECT_FALSE(repository_->FindOffered(path));
}

TEST_F(ArtifactRepositoryTest, RefusesALocalFileBeyondTheLimit) {
  const std::string path = folder_.Path() / "large.jar";
  WriteFile(path, std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(CodeOf([&] { repository_->Resolve(path); }), ErrorCode::kInvalidInput);
  EXPECT_EQ(CountIncoming(), 0U);
}

}  // namespace
}  // namespace mist::testing
