#include "runtime/program/program.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/model_source.h"
#include "compiler/plan/lookup.h"
#include "runtime/exec/contain.h"
#include "runtime/exec/executor.h"
#include "runtime/exec/inputs.h"
#include "runtime/nn/torch_threads.h"
#include "runtime/program/cache_name.h"
#include "runtime/program/pool_size.h"
#include "runtime/tasks/task.h"

namespace plait {
namespace {

/// What is read or made of a model.
uint64_t LoadedBytes(const plan::Model& model) { return static_cast<uint64_t>(model.weight_bytes + model.draft_bytes); }

/// What a result holds before the pool has run the work that makes it.
Error NotRun() { return {FailureKind::Cancelled, "the work did not run", "", {}}; }

}  // namespace

struct Program::State {
  plan::Plan plan;
  std::unique_ptr<ThreadPool> pool;
  /// Counts its files as in use while the program is loaded.
  std::optional<WeightCache> cache;
  std::vector<std::unique_ptr<TaskModel>> models;
};

Program::Program(std::unique_ptr<State> state) : state_(std::move(state)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

Result<Program> Program::Load(plan::Plan plan, const ProgramOptions& options) {
  auto state = std::make_unique<State>();
  state->plan = std::move(plan);
  state->pool = std::make_unique<ThreadPool>(PoolSize(state->plan.machine, options.threads), UseOneTorchThread);
  state->models.resize(state->plan.models.size());
  if (!options.cache.folder.empty()) {
    state->cache.emplace(options.cache);
  }
  Program program(std::move(state));

  const std::vector<uint32_t> wanted = plan::NeededModels(program.plan(), options.only_entry);
  uint64_t total = 0;
  for (uint32_t model : wanted) {
    total += LoadedBytes(program.plan().models[model]);
  }
  uint64_t done = 0;  // by the models before
  TokenizerPool tokenizers;
  for (uint32_t index : wanted) {
    const plan::Model& model = program.plan().models[index];
    TaskModelOptions model_options{model.options, model.drafts, model.prompt_starts, {}};
    model_options.tokenizers = &tokenizers;
    if (model.draft_model) {
      model_options.draft_model = program.state_->models[*model.draft_model].get();
    }
    if (program.state_->cache) {
      model_options.cache = {&*program.state_->cache, CacheName(model, options.model_folders[index])};
    }
    if (options.progress) {
      model_options.progress = [&](uint64_t bytes) { options.progress(done + std::min(bytes, LoadedBytes(model)), total); };
    }
    Result<std::unique_ptr<TaskModel>> loaded = NotRun();
    program.state_->pool->Run([&](ThreadTeam& team) {
      loaded = Contain("while loading the model", [&] {
        return IsCodeKind(ParseModelSource(model.source)->kind)
                   ? LoadCodeModel({model.source, options.model_folders[index], model.digest, model.methods}, options.code)
                   : LoadTaskModel(model.task, options.model_folders[index], model_options, team);
      });
    });
    if (!loaded.ok()) {
      return plan::WithUserOf(model, std::move(loaded).error());
    }
    program.state_->models[index] = *std::move(loaded);
    done += LoadedBytes(model);
  }
  return program;
}

const plan::Plan& Program::plan() const { return state_->plan; }
int Program::threads() const { return state_->pool->size(); }

Result<const plan::Entry*> Program::FindEntry(std::string_view name) const { return plan::FindEntry(state_->plan, name); }

std::vector<std::string> Program::StandIns() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < state_->models.size(); ++i) {
    if (state_->models[i] && state_->models[i]->is_stand_in()) {
      names.push_back(state_->plan.models[i].name);
    }
  }
  return names;
}

Result<Answer> Program::Run(const plan::Entry& entry, const Value& request, const RunOptions& options,
                            const Cancellation& cancellation) const {
  PLAIT_TRY(std::vector<Value> arguments, BindInputs(entry, state_->plan.types, request));
  ExecutorOptions executor_options{options.seed, options.observer, {}};
  if (options.on_piece) {
    executor_options.on_piece = [&, index = int64_t{0}](const Value& piece) mutable -> Result<void> {
      PLAIT_TRY_VOID(CheckFinite(piece, fmt::format("$[{}]", index++)));
      return options.on_piece(piece);
    };
  }
  Executor executor(state_->plan, entry, state_->models, cancellation, executor_options);
  Result<Value> result = NotRun();
  state_->pool->Run([&](ThreadTeam& team) { result = executor.Run(std::move(arguments), team); });
  PLAIT_TRY(Value value, std::move(result));
  PLAIT_TRY_VOID(CheckFinite(value, "$"));
  return Answer{std::move(value), executor.TakeDegradations()};
}

}  // namespace plait
