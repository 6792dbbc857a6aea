// The C interface over programs: handles, and text for everything that crosses.
#include "runtime/c_api/plait.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/formats/json.h"
#include "compiler/plan/text.h"
#include "runtime/program/evaluation.h"
#include "runtime/program/program.h"

namespace {

using plait::Value;
using plait::ValueFields;
using plait::ValueList;
using Clock = std::chrono::steady_clock;

Value Text(std::string_view text) { return Value::String(std::string(text)); }
Value Count(int64_t count) { return Value::Int(count); }
double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// [{"call", "place", "code", "message", "count"}]
Value DegradedToValue(const std::vector<plait::Degradation>& degraded) {
  ValueList list;
  for (const plait::Degradation& use : degraded) {
    list.push_back(Value::Record({{"call", Text(use.call)},
                                  {"place", Text(use.place)},
                                  {"code", Text(plait::FailureCode(use.cause.kind))},
                                  {"message", Text(use.cause.message)},
                                  {"count", Count(static_cast<int64_t>(use.count))}}));
  }
  return Value::List(std::move(list));
}

}  // namespace

struct plait_error {
  plait::Error error;
  std::string text;
  std::string json;
};

struct plait_program {
  plait::Program program;
  std::string json;
};

struct plait_evaluation {
  std::string json;
};

/// Keeps the steps of one run.
class StepLog : public plait::Observer {
 public:
  void OnStep(const plait::StepReport& step) override {
    std::lock_guard lock(mutex_);
    steps_.push_back(step);
  }

  /// In order of their beginning.
  [[nodiscard]] Value ToValue(Clock::time_point start) const {
    std::vector<plait::StepReport> steps = steps_;
    std::stable_sort(steps.begin(), steps.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    ValueList list;
    for (const plait::StepReport& step : steps) {
      list.push_back(Value::Record({{"stage", Count(step.stage)},
                                    {"kind", Text(plait::plan::StageKindName(step.kind))},
                                    {"model", Text(step.model)},
                                    {"method", Text(step.method)},
                                    {"place", Text(step.span)},
                                    {"calls", Count(static_cast<int64_t>(step.lanes))},
                                    {"threads", Count(step.threads)},
                                    {"track", Count(step.track)},
                                    {"begin", Value::Float(Seconds(step.begin - start))},
                                    {"seconds", Value::Float(Seconds(step.end - step.begin))},
                                    {"prompt_tokens", Count(step.statistics.prompt_tokens)},
                                    {"new_tokens", Count(step.statistics.new_tokens)},
                                    {"bytes_streamed", Count(step.statistics.bytes_streamed)},
                                    {"operations", Count(step.statistics.operations)},
                                    {"guessed_tokens", Count(step.statistics.guessed_tokens)},
                                    {"right_guesses", Count(step.statistics.right_guesses)},
                                    {"passes", Count(step.statistics.passes)}}));
    }
    return Value::List(std::move(list));
  }

 private:
  std::mutex mutex_;
  std::vector<plait::StepReport> steps_;
};

struct plait_request {
  const plait::Program* program;
  const plait::plan::Entry* entry;
  Value arguments;
  uint64_t seed;
  int (*on_piece)(void* user, const char* piece);
  void* user;
  plait::Cancellation cancellation;
  StepLog log;
  std::string result;
  std::string report;

  plait_request(const plait::Program& of_program, const plait::plan::Entry& of_entry, Value with_arguments,
                const plait_request_options& options, Clock::time_point deadline)
      : program(&of_program),
        entry(&of_entry),
        arguments(std::move(with_arguments)),
        seed(options.seed),
        on_piece(options.on_piece),
        user(options.user),
        cancellation(deadline) {}
};

namespace {

/// Hands an error to the caller, who may not want it.
void Give(plait::Error error, plait_error** out) {
  if (out != nullptr) {
    *out = new plait_error{std::move(error), "", ""};
  }
}

std::string_view OrEmpty(const char* text) { return text == nullptr ? std::string_view() : std::string_view(text); }

/// Of a program or an evaluation.
template <class Options>
plait::WeightCache::Options CacheOptions(const Options& options) {
  plait::WeightCache::Options cache{std::string(OrEmpty(options.cache_folder)), options.cache_bytes, {}};
  if (options.note != nullptr) {
    cache.note = [note = options.note, user = options.user](const std::string& text) { note(user, text.c_str()); };
  }
  return cache;
}

plait::Result<plait::Program> Load(std::string_view plan_text, std::string_view plan_name, const plait_load_options& options) {
  PLAIT_TRY(plait::plan::Plan plan, plait::plan::Read(plan_text, plan_name));
  if (options.model_folder_count != plan.models.size()) {
    return plait::Error{
        plait::FailureKind::PlanInvalid, "the number of model folders is not the plan's number of models", std::string(plan_name), {}};
  }
  plait::ProgramOptions program_options;
  program_options.model_folders.assign(options.model_folders, options.model_folders + options.model_folder_count);
  program_options.only_entry = OrEmpty(options.only_entry);
  program_options.threads = options.threads;
  program_options.code.allows_all = options.allow_code_models != 0;
  program_options.code.digests.assign(options.allowed_digests, options.allowed_digests + options.allowed_digest_count);
  program_options.cache = CacheOptions(options);
  if (options.progress != nullptr) {
    program_options.progress = [&options](uint64_t done, uint64_t total) { options.progress(options.user, done, total); };
  }
  return plait::Program::Load(std::move(plan), program_options);
}

plait::Result<std::unique_ptr<plait_request>> MakeRequest(const plait_program& program, const plait_request_options& options) {
  PLAIT_TRY(const plait::plan::Entry* entry, program.program.FindEntry(OrEmpty(options.entry)));
  std::string_view text(options.arguments, options.arguments_length);
  PLAIT_TRY(Value arguments, plait::ParseJson(text, OrEmpty(options.arguments_name), plait::FailureKind::InputInvalid));
  int64_t timeout_ms = options.timeout_ms > 0 ? options.timeout_ms : entry->timeout_ms;
  auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  return std::make_unique<plait_request>(program.program, *entry, std::move(arguments), options, deadline);
}

plait::Result<Value> Evaluate(std::string_view plan_text, std::string_view plan_name, const plait_evaluation_options& options) {
  PLAIT_TRY(plait::plan::Plan plan, plait::plan::Read(plan_text, plan_name));
  plait::Cancellation cancellation;
  plait::EvaluationOptions evaluation{std::string(OrEmpty(options.model)),
                                      std::string(OrEmpty(options.model_folder)),
                                      std::string(OrEmpty(options.precision)),
                                      options.threads,
                                      {},
                                      CacheOptions(options)};
  evaluation.text.text = std::string_view(options.text, options.text_length);
  evaluation.text.name = OrEmpty(options.text_name);
  evaluation.text.labels.assign(options.labels, options.labels + options.label_count);
  evaluation.text.max_tokens = options.max_tokens;
  if (options.progress != nullptr) {
    evaluation.text.progress = [&](int64_t done, int64_t total) {
      if (options.progress(options.user, done, total) != 0) {
        cancellation.Cancel();
      }
    };
  }
  return plait::EvaluateModel(plan, evaluation, cancellation);
}

}  // namespace

int plait_api_version() { return PLAIT_API_VERSION; }

const char* plait_error_code(const plait_error* error) { return plait::FailureCode(error->error.kind).data(); }

const char* plait_error_text(plait_error* error, int colour) {
  error->text = plait::RenderError(error->error, colour != 0);
  return error->text.c_str();
}

const char* plait_error_json(plait_error* error) {
  ValueList notes;
  for (const plait::ErrorNote& note : error->error.notes) {
    notes.push_back(Value::Record({{"label", Text(note.label)}, {"text", Text(note.text)}}));
  }
  error->json = plait::ToJson(Value::Record({{"code", Text(plait::FailureCode(error->error.kind))},
                                             {"message", Text(error->error.message)},
                                             {"place", Text(error->error.place)},
                                             {"notes", Value::List(std::move(notes))}}));
  return error->json.c_str();
}

void plait_error_free(plait_error* error) { delete error; }

plait_program* plait_load(const char* plan, size_t plan_length, const char* plan_name, const plait_load_options* options,
                          plait_error** error) {
  plait::Result<plait::Program> program = Load(std::string_view(plan, plan_length), OrEmpty(plan_name), *options);
  if (!program.ok()) {
    Give(std::move(program).error(), error);
    return nullptr;
  }
  return new plait_program{*std::move(program), ""};
}

const char* plait_program_json(plait_program* program) {
  ValueList stand_ins;
  for (const std::string& name : program->program.StandIns()) {
    stand_ins.push_back(Text(name));
  }
  program->json =
      plait::ToJson(Value::Record({{"threads", Count(program->program.threads())}, {"stand_ins", Value::List(std::move(stand_ins))}}));
  return program->json.c_str();
}

void plait_program_free(plait_program* program) { delete program; }

plait_request* plait_request_new(plait_program* program, const plait_request_options* options, plait_error** error) {
  plait::Result<std::unique_ptr<plait_request>> request = MakeRequest(*program, *options);
  if (!request.ok()) {
    Give(std::move(request).error(), error);
    return nullptr;
  }
  return (*std::move(request)).release();
}

int plait_request_run(plait_request* request, plait_error** error) {
  Clock::time_point start = Clock::now();
  plait::RunOptions options{request->seed, &request->log, {}};
  int64_t pieces = 0;
  Value first_piece;
  if (request->on_piece != nullptr) {
    options.on_piece = [&](const Value& piece) -> plait::Result<void> {
      if (pieces++ == 0) {
        first_piece = Value::Float(Seconds(Clock::now() - start));
      }
      if (request->on_piece(request->user, plait::ToJson(piece).c_str()) != 0) {
        return plait::Error{plait::FailureKind::Cancelled, "the caller wants no more pieces", "", {}};
      }
      return {};
    };
  }
  plait::Result<plait::Answer> answer = request->program->Run(*request->entry, request->arguments, options, request->cancellation);
  double seconds = Seconds(Clock::now() - start);
  plait::ValueFields report = {{"entry", Text(request->entry->name)},
                               {"seed", Count(static_cast<int64_t>(request->seed))},
                               {"seconds", Value::Float(seconds)},
                               {"degraded", answer.ok() ? DegradedToValue(answer->degraded) : Value::List({})},
                               {"steps", request->log.ToValue(start)}};
  if (request->on_piece != nullptr && request->entry->result_type.Is(plait::TypeKind::Stream)) {
    report.emplace_back("pieces", Count(pieces));
    report.emplace_back("first_piece", first_piece);
  }
  request->report = plait::ToJson(Value::Record(std::move(report)));
  if (!answer.ok()) {
    Give(std::move(answer).error(), error);
    return 1;
  }
  request->result = plait::ToJson(answer->value);
  return 0;
}

void plait_request_cancel(plait_request* request) { request->cancellation.Cancel(); }
const char* plait_request_result(plait_request* request) { return request->result.c_str(); }
const char* plait_request_report(plait_request* request) { return request->report.c_str(); }
void plait_request_free(plait_request* request) { delete request; }

plait_evaluation* plait_evaluate(const char* plan, size_t plan_length, const char* plan_name, const plait_evaluation_options* options,
                                 plait_error** error) {
  plait::Result<Value> figures = Evaluate(std::string_view(plan, plan_length), OrEmpty(plan_name), *options);
  if (!figures.ok()) {
    Give(std::move(figures).error(), error);
    return nullptr;
  }
  return new plait_evaluation{plait::ToJson(*figures)};
}

const char* plait_evaluation_json(plait_evaluation* evaluation) { return evaluation->json.c_str(); }
void plait_evaluation_free(plait_evaluation* evaluation) { delete evaluation; }
