#include "cli/completion.h"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>

namespace mist::cli {
namespace {

// The arguments and options that are names of the master's: "<command> <name of the argument>".
const std::map<std::string, NameKind>& KnownNames() {
  static const std::map<std::string, NameKind> names = {
      {"start job FUNCTION", NameKind::kFunction},
      {"start job --context", NameKind::kContext},
      {"functions show NAME", NameKind::kFunction},
      {"contexts show NAME", NameKind::kContext},
      {"jobs show ID", NameKind::kJob},
      {"logs JOB", NameKind::kJob},
      {"kill job ID", NameKind::kRunningJob},
      {"kill worker ID", NameKind::kWorker},
      {"repair context NAME", NameKind::kContext},
      {"delete function NAME", NameKind::kFunction},
      {"delete context NAME", NameKind::kContext},
      {"delete artifact NAME", NameKind::kArtifact},
  };
  return names;
}

const std::map<std::string, std::vector<const char*>>& KnownWords() {
  static const std::map<std::string, std::vector<const char*>> words = {
      {"list jobs --filter",
       {"initialized", "queued", "job-file-downloading", "started", "cancelling", "finished",
        "failed", "cancelled"}},
      {"apply --validate", {"true", "false"}},
      {"completion SHELL", {"bash", "zsh", "fish"}},
  };
  return words;
}

bool TakesValue(const CLI::Option& option) {
  return option.get_expected_max() > 0 && option.get_items_expected_max() > 0;
}

bool MustTakeValue(const CLI::Option& option) {
  return TakesValue(option) && option.get_expected_min() > 0;
}

// Options of a command are also understood where its parents are: they fall through.
const CLI::Option* FindOption(const CLI::App* command, const std::string& word) {
  for (; command != nullptr; command = command->get_parent()) {
    if (const CLI::Option* option = command->get_option_no_throw(word)) return option;
  }
  return nullptr;
}

class Completer {
 public:
  Completer(const CLI::App& app, const FindNames& find_names)
      : command_(&app), find_names_(find_names) {}

  std::vector<Candidate> Complete(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) Step(words[i]);
    const std::string& last = words.empty() ? std::string() : words.back();
    if (open_option_ != nullptr) {
      OfferValues(path_ + open_option_->get_name(false, false));
    } else if (last.starts_with('-')) {
      OfferOptions();
    } else {
      OfferCommands();
      const auto positionals = Positionals();
      if (positional_ < positionals.size()) {
        OfferValues(path_ + positionals[positional_]->get_name(true, false));
      }
    }
    std::erase_if(found_, [&](const Candidate& c) { return !c.word.starts_with(last); });
    return std::move(found_);
  }

 private:
  // One word in front of the one that is typed.
  void Step(const std::string& word) {
    if (open_option_ != nullptr) return TakeValue(word);
    if (word.size() > 1 && word.starts_with('-')) {
      const CLI::Option* option = FindOption(command_, word);
      if (option != nullptr && MustTakeValue(*option)) open_option_ = option;
      return;
    }
    for (const CLI::App* below : command_->get_subcommands({})) {
      if (below->get_name() != word) continue;
      command_ = below;
      path_ += word + " ";
      return;
    }
    ++positional_;
  }

  void TakeValue(const std::string& value) {
    const std::string name = open_option_->get_name(false, false);
    if (name == "--host") typed_.host = value;
    if (name == "--port") typed_.port = value;
    open_option_ = nullptr;
  }

  void OfferCommands() {
    for (const CLI::App* below : command_->get_subcommands({})) {
      found_.push_back({below->get_name(), below->get_description()});
    }
  }

  void OfferOptions() {
    for (const CLI::App* app = command_; app != nullptr; app = app->get_parent()) {
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) {
          Offer("--" + name, option->get_description());
        }
      }
    }
  }

  void Offer(const std::string& word, const std::string& description) {
    const bool is_there = std::any_of(found_.begin(), found_.end(),
                                      [&](const Candidate& c) { return c.word == word; });
    if (!is_there) found_.push_back({word, description});
  }

  void OfferValues(const std::string& place) {
    if (const auto words = KnownWords().find(place); words != KnownWords().end()) {
      for (const char* word : words->second) found_.push_back({word, ""});
    }
    if (const auto kind = KnownNames().find(place); kind != KnownNames().end()) {
      for (std::string& name : find_names_(kind->second, typed_)) {
        found_.push_back({std::move(name), ""});
      }
    }
  }

  std::vector<const CLI::Option*> Positionals() const {
    return command_->get_options(
        [](const CLI::Option* option) { return option->get_positional(); });
  }

  const CLI::App* command_;
  const FindNames& find_names_;
  std::string path_;  // of the command, with a blank behind each word
  std::size_t positional_ = 0;
  const CLI::Option* open_option_ = nullptr;  // waits for its value
  TypedOptions typed_;
  std::vector<Candidate> found_;
};

constexpr char kBash[] =
    R"script(# Completion of mist-cli for bash. Load it with: source <(mist-cli completion bash)
_mist_cli_completion() {
    local word rest
    COMPREPLY=()
    while IFS=$'\t' read -r word rest; do
        COMPREPLY+=("$(printf '%q' "$word")")
    done < <("${COMP_WORDS[0]}" complete-words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _mist_cli_completion mist-cli
)script";

constexpr char kZsh[] = R"script(#compdef mist-cli
# Completion of mist-cli for zsh. Load it with: source <(mist-cli completion zsh)
_mist_cli_completion() {
    local -a found
    local word rest
    while IFS=$'\t' read -r word rest; do
        found+=("${word//:/\\:}:$rest")
    done < <("${words[1]}" complete-words -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( ${#found} )); then
        _describe -V 'mist-cli' found
    else
        _files
    fi
}
compdef _mist_cli_completion mist-cli
)script";

constexpr char kFish[] =
    R"script(# Completion of mist-cli for fish. Load it with: mist-cli completion fish | source
function __mist_cli_completion
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] complete-words -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c mist-cli -f -a '(__mist_cli_completion)'
)script";

}  // namespace

std::vector<Candidate> Complete(const CLI::App& app, const std::vector<std::string>& words,
                                const FindNames& find_names) {
  return Completer(app, find_names).Complete(words);
}

std::optional<std::string> CompletionScript(const std::string& shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return {};
}

}  // namespace mist::cli
