#include "tools/plait/runtime_library.h"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/model_options.h"
#include "compiler/catalog/model_facts.h"
#include "compiler/formats/json.h"
#include "compiler/plan/text.h"
#include "tools/plait/cache_settings.h"
#include "tools/plait/read_ahead.h"
#include "tools/plait/runtime_functions.h"

namespace plait {

namespace {

/// One line on the terminal that is rewritten and leaves nothing behind.
class LoadingProgress {
 public:
  void Update(uint64_t done, uint64_t total) {
    std::lock_guard lock(mutex_);
    auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(100)) {
      return;
    }
    last_ = now;
    double seconds = std::chrono::duration<double>(now - start_).count();
    constexpr double kGigabyte = 1e9;
    auto ready = static_cast<double>(done) / kGigabyte;
    PrintError(fmt::format("\r\x1b[Kloading models  {:.2f} of {:.2f} GB  {:.1f} GB/s", ready, static_cast<double>(total) / kGigabyte,
                           ready / seconds));
    is_shown_ = true;
  }

  void Clear() {
    std::lock_guard lock(mutex_);
    if (std::exchange(is_shown_, false)) {
      PrintError("\r\x1b[K");
    }
  }

 private:
  std::mutex mutex_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_;
  bool is_shown_ = false;
};

// A signal handler reaches only what is global.
std::atomic<plait_request*> running_request = nullptr;
std::atomic<void (*)(plait_request*)> cancel_request = nullptr;

void OnInterrupt(int signal) {
  if (plait_request* request = running_request.load()) {
    cancel_request.load()(request);
  }
  std::signal(signal, SIG_DFL);
}

/// Ctrl-C means the running request for as long as this lives.
class InterruptScope {
 public:
  InterruptScope(plait_request* request, void (*cancel)(plait_request*)) {
    cancel_request = cancel;
    running_request = request;
    previous_ = std::signal(SIGINT, OnInterrupt);
  }
  ~InterruptScope() {
    std::signal(SIGINT, previous_);
    running_request = nullptr;
  }
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  void (*previous_)(int);
};

/// What is told while a program is loaded.
struct LoadListener {
  LoadingProgress progress;
  bool colour = false;
};

/// The checkpoints that loading will go through: those whose weights are used as they are stored, not packed ones from the cache.
std::vector<std::string> FilesToRead(const FileSystem& files, const plan::Plan& plan, const std::vector<std::string>& folders) {
  std::vector<std::string> paths;
  for (size_t i = 0; i < folders.size(); ++i) {
    if (folders[i].empty() || PrecisionOf(plan.models[i].options) != Precision::Exact) {
      continue;
    }
    // Code has no such files, and what else is wrong with them will be told when they are loaded.
    if (Result<std::vector<std::string>> names = WeightFiles(files, folders[i]); names.ok()) {
      for (const std::string& name : *names) {
        paths.push_back(JoinPath(folders[i], name));
      }
    }
  }
  return paths;
}

}  // namespace

struct ProgramLoader {
  static LoadedProgram Make(const RuntimeFunctions* functions, void* program) { return {functions, program}; }
};

LoadedProgram::LoadedProgram(const RuntimeFunctions* functions, void* program) : functions_(functions), program_(program) {
  Value facts = ParseOwnJson(functions_->plait_program_json(static_cast<plait_program*>(program_)));
  threads_ = static_cast<int>(facts.Field("threads")->AsInt());
  for (const Value& name : facts.Field("stand_ins")->AsList()) {
    stand_ins_.push_back(name.AsString());
  }
}

LoadedProgram::LoadedProgram(LoadedProgram&& other) noexcept { *this = std::move(other); }

LoadedProgram& LoadedProgram::operator=(LoadedProgram&& other) noexcept {
  std::swap(functions_, other.functions_);
  std::swap(program_, other.program_);
  std::swap(threads_, other.threads_);
  std::swap(stand_ins_, other.stand_ins_);
  return *this;
}

LoadedProgram::~LoadedProgram() {
  if (program_ != nullptr) {
    functions_->plait_program_free(static_cast<plait_program*>(program_));
  }
}

RequestOutcome LoadedProgram::Run(const RequestSettings& settings) const {
  plait_request_options options{settings.entry.c_str(),
                                settings.arguments.data(),
                                settings.arguments.size(),
                                settings.arguments_name.c_str(),
                                settings.seed,
                                settings.timeout_ms,
                                nullptr,
                                nullptr};
  std::function<bool(std::string_view)> on_piece = settings.on_piece;
  if (on_piece) {
    options.user = &on_piece;
    options.on_piece = [](void* user, const char* piece) {
      return (*static_cast<std::function<bool(std::string_view)>*>(user))(piece) ? 0 : 1;
    };
  }
  plait_error* error = nullptr;
  RequestOutcome outcome;
  plait_request* request = functions_->plait_request_new(static_cast<plait_program*>(program_), &options, &error);
  if (request == nullptr) {
    outcome.error = TakeError(*functions_, error, settings.colour);
    return outcome;
  }
  int status = 0;
  {
    InterruptScope interrupt(request, functions_->plait_request_cancel);
    status = functions_->plait_request_run(request, &error);
  }
  outcome.report = ParseOwnJson(functions_->plait_request_report(request));
  if (status == 0) {
    outcome.result = functions_->plait_request_result(request);
  } else {
    outcome.error = TakeError(*functions_, error, settings.colour);
  }
  functions_->plait_request_free(request);
  return outcome;
}

LoadOutcome LoadProgram(const World& world, const PreparedPlan& prepared, const std::string& entry, int threads, bool quiet) {
  Result<std::vector<std::string>> folders = FindPlanModels(*world.files, prepared.places, prepared.plan, entry, prepared.base_folder);
  if (!folders.ok()) {
    return {std::nullopt, Fail(world, folders.error())};
  }
  // LibTorch takes about as long to start as the files take to be read.
  const ReadAhead read_ahead(FilesToRead(*world.files, prepared.plan, *folders));
  Result<const RuntimeFunctions*> functions = Runtime(world);
  if (!functions.ok()) {
    return {std::nullopt, Fail(world, functions.error())};
  }
  std::vector<const char*> folder_pointers;
  for (const std::string& folder : *folders) {
    folder_pointers.push_back(folder.c_str());
  }
  std::vector<const char*> digest_pointers;
  for (const std::string& digest : prepared.places.allowed_code) {
    digest_pointers.push_back(digest.c_str());
  }
  Result<CacheSettings> cache = ReadCacheSettings(world.environment);
  if (!cache.ok()) {
    return {std::nullopt, Fail(world, cache.error())};
  }
  LoadListener listener;
  listener.colour = world.colour_err;
  plait_load_options options{};
  options.model_folders = folder_pointers.data();
  options.model_folder_count = folder_pointers.size();
  options.only_entry = entry.c_str();
  options.threads = threads;
  options.user = &listener;
  options.allow_code_models = prepared.allow_code_models ? 1 : 0;
  options.allowed_digests = digest_pointers.data();
  options.allowed_digest_count = digest_pointers.size();
  if (world.error_is_terminal && !quiet) {
    options.progress = [](void* user, uint64_t done, uint64_t total) { static_cast<LoadListener*>(user)->progress.Update(done, total); };
  }
  if (prepared.uses_cache && cache->is_usable()) {
    options.cache_folder = cache->folder.c_str();
    options.cache_bytes = cache->most_bytes;
  }
  if (!quiet) {
    options.note = [](void* user, const char* note) {
      auto* to = static_cast<LoadListener*>(user);
      to->progress.Clear();
      PrintNote(to->colour, note);
    };
  }
  std::string text = plan::Write(prepared.plan);
  plait_error* error = nullptr;
  plait_program* program = (*functions)->plait_load(text.data(), text.size(), "plan", &options, &error);
  listener.progress.Clear();
  if (program == nullptr) {
    PrintError(TakeError(**functions, error, world.colour_err).text);
    return {std::nullopt, kFaults};
  }
  return {ProgramLoader::Make(*functions, program), kFine};
}

void NoteStandIns(const World& world, const LoadedProgram& program, size_t model_count) {
  size_t count = program.stand_ins().size();
  if (count == 0) {
    return;
  }
  static constexpr std::array<std::string_view, 10> kWords = {"none", "one", "two",   "three", "four",
                                                              "five", "six", "seven", "eight", "nine"};
  std::string how_many = count < kWords.size() ? std::string(kWords[count]) : fmt::format("{}", count);
  std::string subject = count == 1 && model_count == 1 ? "the model is a stand-in"
                        : count == model_count         ? fmt::format("{} models are stand-ins", count == 2 ? "both" : "all " + how_many)
                        : count == 1                   ? "one of the models is a stand-in"
                                                       : fmt::format("{} of the models are stand-ins", how_many);
  PrintNote(world.colour_err,
            fmt::format("{} with random weights (made by tools/make_models); the texts and scores mean nothing", subject));
}

}  // namespace plait
