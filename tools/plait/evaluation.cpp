#include "tools/plait/evaluation.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "compiler/plan/lookup.h"
#include "compiler/plan/text.h"
#include "tools/plait/cache_settings.h"
#include "tools/plait/eval_report.h"
#include "tools/plait/runtime_functions.h"

namespace plait {
namespace {

/// One line on the terminal that is rewritten and leaves nothing behind.
class EvaluationProgress {
 public:
  explicit EvaluationProgress(const EvaluationSubject& subject)
      : title_(fmt::format("evaluating {} in {}", subject.model->name, subject.precision)),
        unit_(subject.model->task == "text.Generator" ? "tokens" : "texts") {
    PrintError(fmt::format("\r\x1b[K{}  loading it in both", title_));
  }
  ~EvaluationProgress() { Clear(); }
  EvaluationProgress(const EvaluationProgress&) = delete;
  EvaluationProgress& operator=(const EvaluationProgress&) = delete;

  static void Clear() { PrintError("\r\x1b[K"); }

  void Update(int64_t done, int64_t total) {
    auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(100)) {
      return;
    }
    last_ = now;
    PrintError(fmt::format("\r\x1b[K{}  {} of {} {}", title_, Grouped(done), Grouped(total), unit_));
  }

 private:
  std::string title_;
  std::string_view unit_;
  std::chrono::steady_clock::time_point last_;
};

/// What is told during an evaluation.
struct EvaluationListener {
  std::optional<EvaluationProgress> progress;
  bool colour = false;

  void Note(const char* text) {
    if (progress) {
      EvaluationProgress::Clear();
    }
    PrintNote(colour, text);
  }
};

}  // namespace

std::optional<Value> EvaluateInClass(const World& world, const PreparedPlan& prepared, const EvaluationSubject& subject,
                                     const EvaluationSettings& settings) {
  const plan::Model& model = *subject.model;
  Result<std::string> folder = FindModelFolder(*world.files, prepared.places, model.source, model.revision, prepared.base_folder);
  if (!folder.ok()) {
    Fail(world, plan::WithUserOf(model, std::move(folder).error()));
    return std::nullopt;
  }
  Result<const RuntimeFunctions*> functions = Runtime(world);
  if (!functions.ok()) {
    Fail(world, functions.error());
    return std::nullopt;
  }
  Result<CacheSettings> cache = ReadCacheSettings(world.environment);
  if (!cache.ok()) {
    Fail(world, cache.error());
    return std::nullopt;
  }
  std::vector<const char*> labels;
  for (const std::string& label : settings.labels) {
    labels.push_back(label.c_str());
  }
  plait_evaluation_options options{};
  options.model = model.name.c_str();
  options.model_folder = folder->c_str();
  options.precision = subject.precision.c_str();
  options.text = settings.text.data();
  options.text_length = settings.text.size();
  options.text_name = settings.text_name.c_str();
  options.labels = labels.data();
  options.label_count = labels.size();
  options.max_tokens = settings.max_tokens;
  options.threads = settings.threads;
  if (prepared.uses_cache && cache->is_usable()) {
    options.cache_folder = cache->folder.c_str();
    options.cache_bytes = cache->most_bytes;
  }
  EvaluationListener listener{{}, world.colour_err};
  options.user = &listener;
  if (settings.shows_progress) {
    listener.progress.emplace(subject);
    options.progress = [](void* user, int64_t done, int64_t total) {
      static_cast<EvaluationListener*>(user)->progress->Update(done, total);
      return 0;
    };
  }
  if (settings.shows_notes) {
    options.note = [](void* user, const char* text) { static_cast<EvaluationListener*>(user)->Note(text); };
  }
  std::string text = plan::Write(prepared.plan);
  plait_error* error = nullptr;
  plait_evaluation* evaluation = (*functions)->plait_evaluate(text.data(), text.size(), "plan", &options, &error);
  listener.progress.reset();
  if (evaluation == nullptr) {
    PrintError(TakeError(**functions, error, world.colour_err).text);
    return std::nullopt;
  }
  ValueFields figures = ParseOwnJson((*functions)->plait_evaluation_json(evaluation)).AsRecord();
  (*functions)->plait_evaluation_free(evaluation);
  figures.emplace_back("source", Value::String(model.source));
  return Value::Record(std::move(figures));
}

}  // namespace plait
