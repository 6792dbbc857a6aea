#include "runtime/exec/program.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/nearest.h"
#include "runtime/exec/contain.h"
#include "runtime/exec/executor.h"
#include "runtime/exec/inputs.h"
#include "runtime/nn/torch_threads.h"

namespace plait {
namespace {

int PoolSize(const plan::Plan& plan, const ProgramOptions& options) {
  int wanted = options.threads > 0 ? options.threads : plan.machine.cores;
  int available = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return std::clamp(wanted, 1, available);
}

/// The models that the entry calls.
std::set<uint32_t> ModelsOf(const plan::Entry& entry) {
  std::set<uint32_t> models;
  for (const plan::Stage& stage : entry.stages) {
    if (stage.kind == plan::StageKind::Call) {
      models.insert(stage.model);
    }
  }
  return models;
}

Error WithModel(Error error, const plan::Model& model) {
  error.notes.push_back({"used by", model.span.empty() ? model.name : fmt::format("{}, {}", model.name, model.span)});
  return error;
}

/// What a result holds before the pool has run the work that makes it.
Error NotRun() { return {FailureKind::Cancelled, "the work did not run", "", {}}; }

}  // namespace

struct Program::State {
  plan::Plan plan;
  std::unique_ptr<ThreadPool> pool;
  std::vector<std::unique_ptr<TaskModel>> models;
};

Program::Program(std::unique_ptr<State> state) : state_(std::move(state)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

Result<Program> Program::Load(plan::Plan plan, const ProgramOptions& options) {
  auto state = std::make_unique<State>();
  state->plan = std::move(plan);
  state->pool = std::make_unique<ThreadPool>(PoolSize(state->plan, options), UseOneTorchThread);
  state->models.resize(state->plan.models.size());
  Program program(std::move(state));

  std::set<uint32_t> wanted;
  for (const plan::Entry& entry : program.plan().entries) {
    if (options.only_entry.empty() || entry.name == options.only_entry) {
      wanted.merge(ModelsOf(entry));
    }
  }
  uint64_t total = 0;
  for (uint32_t model : wanted) {
    total += static_cast<uint64_t>(program.plan().models[model].weight_bytes);
  }
  uint64_t done = 0;  // by the models before
  for (uint32_t index : wanted) {
    const plan::Model& model = program.plan().models[index];
    TaskModelOptions model_options{model.options, {}};
    if (options.progress) {
      model_options.progress = [&](uint64_t bytes) { options.progress(done + bytes, total); };
    }
    Result<std::unique_ptr<TaskModel>> loaded = NotRun();
    program.state_->pool->Run([&](ThreadTeam& team) {
      loaded =
          Contain("while loading the model", [&] { return LoadTaskModel(model.task, options.model_folders[index], model_options, team); });
    });
    if (!loaded.ok()) {
      return WithModel(std::move(loaded).error(), model);
    }
    program.state_->models[index] = *std::move(loaded);
    done += static_cast<uint64_t>(model.weight_bytes);
  }
  return program;
}

const plan::Plan& Program::plan() const { return state_->plan; }
int Program::threads() const { return state_->pool->size(); }

Result<const plan::Entry*> Program::FindEntry(std::string_view name) const {
  const std::vector<plan::Entry>& entries = state_->plan.entries;
  if (name.empty() && entries.size() == 1) {
    return &entries.front();
  }
  std::vector<std::string> names;
  for (const plan::Entry& entry : entries) {
    if (entry.name == name) {
      return &entry;
    }
    names.push_back(entry.name);
  }
  Error error{FailureKind::EntryUnknown,
              name.empty() ? fmt::format("the program has {} entries; say which one to run", entries.size())
                           : fmt::format("no entry is called `{}`", name),
              "",
              {}};
  if (std::optional<std::string> nearest = Nearest(name, names)) {
    error.notes.push_back({"did you mean", fmt::format("--entry {}", *nearest)});
  }
  for (const std::string& candidate : names) {
    error.notes.push_back({"entries", candidate});
  }
  return error;
}

std::vector<std::string> Program::StandIns() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < state_->models.size(); ++i) {
    if (state_->models[i] && state_->models[i]->is_stand_in()) {
      names.push_back(state_->plan.models[i].name);
    }
  }
  return names;
}

Result<Value> Program::Run(const plan::Entry& entry, const Value& request, const RunOptions& options,
                           const Cancellation& cancellation) const {
  PLAIT_TRY(std::vector<Value> arguments, BindInputs(entry, state_->plan.types, request));
  Executor executor(state_->plan, entry, state_->models, cancellation, {options.seed, options.observer});
  Result<Value> result = NotRun();
  state_->pool->Run([&](ThreadTeam& team) { result = executor.Run(std::move(arguments), team); });
  if (result.ok()) {
    PLAIT_TRY_VOID(CheckFinite(*result, "$"));
  }
  return result;
}

}  // namespace plait
