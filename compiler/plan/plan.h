// The plan: what runs, after what, beside what, on how many threads. The product of the compiler and the only thing the runtime reads.
// Plain data: it copies, compares and prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/drafts.h"
#include "compiler/base/method_signature.h"
#include "compiler/base/operations.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait::plan {

/// The format that this version writes, and the only one that it reads.
inline constexpr int kPlanVersion = 1;

/// A numbered value of an entry: written once, by a parameter or a stage.
using ValueId = uint32_t;

/// A pure expression over values, evaluated without side effects and only as far as its result needs.
struct Expr {
  enum class Kind : uint8_t {
    Constant,  // constant
    Value,     // value
    Apply,     // operation over operands
    Field,     // of operand 0: names[0]
    List,      // operands
    Record,    // names and operands
    If,        // operands: condition, then, else; only one arm is evaluated
    Cast,      // operand 0 as one of `type`; fails where it cannot be
    Is,        // whether operand 0 is one of `type`
  };
  Kind kind = Kind::Constant;
  Value constant;
  ValueId value = 0;
  Operation operation = Operation::Add;
  std::vector<std::string> names;
  std::vector<Expr> operands;
  Type type;

  bool operator==(const Expr&) const = default;
};

/// `[%1[0].generated_text, "a" + %2]`: operators as in the language with brackets wherever they nest, `len(x)`, `float(x)`, `str(x)`,
/// `flatten(x)`, `cast<float>(x)`, `is<int | string>(x)`, `if c { a } else { b }`, JSON literals. Equal expressions give equal text.
std::string ToString(const Expr& expr);
/// Reads what `ToString` writes. On failure the error says at which byte.
Result<Expr> ParseExpr(std::string_view text);

enum class StageKind : uint8_t { Call, Compute, Sequential, Parallel, Map, Branch, Guard, Loop, Stream };
std::string_view StageKindName(StageKind kind);
/// Whether a stage of the kind has `writes`.
bool WritesOneValue(StageKind kind);

struct Argument {
  std::string name;
  Expr value;
  bool operator==(const Argument&) const = default;
};
struct Assignment {
  ValueId target = 0;
  Expr value;
  bool operator==(const Assignment&) const = default;
};
/// Stages are named by their index in `Entry::stages`.
using StageId = uint32_t;

/// One arm of a branch: what runs, and what it yields.
struct Arm {
  /// Absent for the last arm, which is taken when no other is.
  std::optional<Expr> condition;
  std::optional<StageId> stage;
  Expr value;
  bool operator==(const Arm&) const = default;
};

struct Stage {
  StageKind kind = StageKind::Compute;
  /// The place in the source it came from, `file:line:col-col`.
  std::string span;

  /// Sequential, Parallel, Stream: in order. Map, Guard, Loop: its body, if the body has stages.
  std::vector<StageId> children;

  /// Call, Map: the value is a stream, made piece by piece as somebody reads it.
  bool gives_stream = false;

  // Call
  uint32_t model = 0;
  std::string method;
  std::vector<Argument> arguments;
  /// Of a call for each item of a map, where items have places of their own in the source: those, by item.
  std::vector<std::string> item_spans;

  // Compute
  std::vector<Assignment> assignments;

  // Map: for each item of `source` for which `condition` holds, run the body and yield `element`. All items of all calls around it run as
  // one batch.
  Expr source;
  ValueId item = 0;
  std::optional<ValueId> index;
  /// What the condition needs is computed by `condition_stage` first.
  std::optional<StageId> condition_stage;
  std::optional<Expr> condition;
  Expr element;
  /// Map: over the pieces of a stream, each by itself when it comes.
  bool is_each = false;

  // Branch
  std::vector<Arm> arms;

  // Guard: runs the body and yields `element`, each attempt of a call that it runs for within so many milliseconds; what failed for a
  // reason that passes is tried again so many times. A tolerant one writes `{ failed: bool, value: T }`, whose value is null where it
  // failed; another fails as its body does.
  std::optional<int64_t> within_ms;
  int64_t retries = 0;
  bool is_tolerant = false;

  // Loop: `item` is the state, `source` the first one. Runs the body and takes `element` for the next state, again and again while
  // `condition` holds of the state, `limit` times at most and at least once. `condition_stage` as in a map.
  int64_t limit = 0;

  // Stream: its children read from each other while they run; the last takes all in, or where it `replies`, the caller does as the pieces
  // of the entry's result come. What writes the value `buffer` runs beside those that read it, on threads of its own, `capacity` pieces
  // ahead at most.
  std::optional<ValueId> buffer;
  int64_t capacity = 0;
  bool replies = false;

  /// Call, Map, Branch, Guard, Loop: the value that the stage writes.
  std::optional<ValueId> writes;
  /// Values that nothing reads after this stage.
  std::vector<ValueId> frees;

  /// Threads of its team while it runs.
  int threads = 1;
  /// The sibling in the same Parallel whose team takes over this stage's threads when it is done.
  std::optional<StageId> yields_to;

  /// Predicted, at its threads: wall time and bytes of weights streamed (for a Map's, Branch's or Loop's body: expected, all items or
  /// rounds).
  double predicted_ms = 0;
  int64_t bytes = 0;
  /// Predicted working memory beside the weights: key/value slabs, activations.
  int64_t working_bytes = 0;

  bool operator==(const Stage&) const = default;
};

/// Whether the stage itself, not one below it, writes the value.
bool Writes(const Stage& stage, ValueId value);

struct Parameter {
  ValueId value = 0;
  std::string name;
  Type type;
  std::optional<Value> default_value;
  bool operator==(const Parameter&) const = default;
};

/// The three terms of `Entry::bound_ms`.
struct Bounds {
  /// Of the longest chain of stages that need each other, each on the threads that suit it best.
  double critical_path_ms = 0;
  /// All arithmetic over all cores.
  double computation_ms = 0;
  /// All bytes of weights at the rate of all cores.
  double bandwidth_ms = 0;
  bool operator==(const Bounds&) const = default;
};

/// What the planner might have done in place of a stage, and how long the entry would then take.
struct Alternative {
  StageId stage = 0;
  /// "one after the other, on 2 threads".
  std::string what;
  double predicted_ms = 0;
  bool operator==(const Alternative&) const = default;
};

struct Entry {
  std::string name;  // Service.api
  std::string doc;
  std::vector<Parameter> parameters;
  Type result_type;
  Expr result;
  int64_t timeout_ms = 60'000;
  double predicted_ms = 0;
  Bounds bounds;
  /// No schedule on this machine can be faster, by the same costs: the greatest of the bounds, the first of equals.
  double bound_ms = 0;
  /// "critical path", "computation" or "bandwidth"; empty where the bound is 0.
  std::string bound_by;
  int64_t peak_memory = 0;
  /// What the prediction rests on: "new tokens: 123 of max_length 128".
  std::vector<std::string> assumes;
  std::vector<Alternative> considered;
  std::vector<Stage> stages;
  /// Absent where the result needs no stage.
  std::optional<StageId> root;
  bool operator==(const Entry&) const = default;
};

struct Model {
  std::string name;  // Service.model
  std::string task;  // text.Generator
  /// `hf:org/name` or `path:folder`, the folder relative to the source file's.
  std::string source;
  std::string revision;
  /// Of config.json and the safetensors header, of code the whole file's; empty where the folder was not found.
  std::string digest;
  /// config.json's model_type; empty where the folder was not found.
  std::string architecture;
  ValueFields options;
  /// Of a model that is code (`torchscript:file`, `aoti:file`, relative to the source file's folder), the methods of its task.
  std::vector<MethodSignature> methods;
  /// In its files.
  int64_t weight_bytes = 0;
  /// Of a generator: where guesses come from, what the copy of the weights takes that makes them, and the other generator that does.
  std::vector<DraftSource> drafts;
  int64_t draft_bytes = 0;
  std::optional<uint32_t> draft_model;
  /// Of a generator: what prompts are known to begin with. Their keys and values are computed when the model is loaded.
  std::vector<std::string> prompt_starts;
  std::string span;
  bool operator==(const Model&) const = default;
};

/// What a service asked for.
struct Demand {
  std::string service;
  std::optional<int64_t> cpu;
  std::optional<int64_t> memory;
  std::optional<int64_t> gpu_min;
  std::optional<int64_t> gpu_max;
  /// Of a deployment: both or neither. The process that runs a plan is one replica of each service.
  std::optional<int64_t> replicas_min;
  std::optional<int64_t> replicas_max;
  bool operator==(const Demand&) const = default;
};

struct Machine {
  int cores = 1;
  int gpus = 0;
  /// Bytes a second: one core, all cores.
  double core_read_bandwidth = 0;
  double read_bandwidth = 0;
  /// fp32 operations a second of one core.
  double core_fp32_peak = 0;
  int64_t memory = 0;
  bool operator==(const Machine&) const = default;
};

struct Plan {
  /// `sha256:…` of the source and its imports.
  std::string source_digest;
  Machine machine;
  TypeTable types;
  std::vector<Model> models;
  std::vector<Demand> demands;
  std::vector<Entry> entries;
  bool operator==(const Plan&) const = default;
};

}  // namespace plait::plan
