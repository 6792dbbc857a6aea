// Graphs by hand for the planner's tests: no source, no model on disk, no tensor.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/ir/text.h"
#include "compiler/plan/text.h"
#include "compiler/schedule/make_plan.h"

#include <doctest/doctest.h>

namespace plait::schedule {

/// Builds one entry; nodes go to the region that is open.
class GraphBuilder {
 public:
  GraphBuilder() {
    graph.types.records["text.Generation"] = {{"generated_text", Type::Of(TypeKind::String), std::nullopt}};
    graph.types.records["text.Label"] = {{"label", Type::Of(TypeKind::String), std::nullopt},
                                         {"score", Type::Of(TypeKind::Float), std::nullopt}};
    function.name = "S.run";
    function.is_entry = true;
    function.body = function.regions.Add({});
    open_ = {function.body};
  }

  ir::ModelId Generator(const std::string& name, const std::string& location) { return Model(name, "text.Generator", location); }
  ir::ModelId Classifier(const std::string& name, const std::string& location) { return Model(name, "text.Classifier", location); }
  ir::ModelId Model(const std::string& name, const std::string& task, const std::string& location) {
    ir::Model model;
    model.name = name;
    model.task = task;
    model.source = "hf";
    model.location = location;
    model.options = {{"precision", Value::String("exact")}, {"head", Value::Record({{"seed", Value::Int(0)}})}};
    return graph.models.Add(std::move(model));
  }

  ir::NodeId Parameter(const std::string& name, Type type, std::optional<Value> default_value = std::nullopt) {
    function.parameters.push_back({name, type, std::move(default_value)});
    return AddParameter(std::move(type));
  }
  ir::NodeId Text(const std::string& name) { return Parameter(name, String()); }

  ir::NodeId Constant(Value value, Type type) {
    ir::Node node;
    node.type = std::move(type);
    node.constant = std::move(value);
    return Add(std::move(node));
  }
  ir::NodeId Int(int64_t value) { return Constant(Value::Int(value), Type::Of(TypeKind::Int)); }
  ir::NodeId Str(const std::string& value) { return Constant(Value::String(value), String()); }

  ir::NodeId Apply(Operation operation, std::vector<ir::NodeId> operands, Type type) {
    ir::Node node;
    node.kind = ir::NodeKind::Apply;
    node.operation = operation;
    node.operands = std::move(operands);
    node.type = std::move(type);
    return Add(std::move(node));
  }
  ir::NodeId Join(ir::NodeId a, ir::NodeId b) { return Apply(Operation::Add, {a, b}, String()); }
  ir::NodeId First(ir::NodeId list) { return Apply(Operation::Index, {list, Int(0)}, TypeOf(list).item()); }
  ir::NodeId Field(ir::NodeId record, const std::string& name, Type type) {
    ir::Node node;
    node.kind = ir::NodeKind::Field;
    node.operands = {record};
    node.names = {name};
    node.type = std::move(type);
    return Add(std::move(node));
  }
  ir::NodeId List(std::vector<ir::NodeId> items) {
    ir::Node node;
    node.kind = ir::NodeKind::List;
    node.type = Type::List(items.empty() ? Type::Of(TypeKind::Never) : TypeOf(items[0]));
    node.operands = std::move(items);
    return Add(std::move(node));
  }
  ir::NodeId Record(const std::vector<std::pair<std::string, ir::NodeId>>& fields) {
    ir::Node node;
    node.kind = ir::NodeKind::Record;
    std::vector<Type::Field> types;
    for (const auto& [name, field] : fields) {
      types.push_back({name, TypeOf(field)});
      node.names.push_back(name);
      node.operands.push_back(field);
    }
    node.type = Type::Anonymous(std::move(types));
    return Add(std::move(node));
  }

  ir::NodeId Generate(ir::ModelId model, ir::NodeId prompt, int64_t max_length = 128) {
    ir::NodeId length = Int(max_length);
    return Call(model, "generate", {{"prompt", prompt}, {"max_length", length}}, Type::List(Type::Record("text.Generation")));
  }
  ir::NodeId Write(ir::ModelId model, ir::NodeId prompt) { return Field(First(Generate(model, prompt)), "generated_text", String()); }
  ir::NodeId Classify(ir::ModelId model, ir::NodeId text) {
    return Call(model, "classify", {{"text", text}}, Type::List(Type::Record("text.Label")));
  }
  ir::NodeId Label(ir::ModelId model, ir::NodeId text) { return Field(First(Classify(model, text)), "label", String()); }
  ir::NodeId Score(ir::ModelId model, ir::NodeId text) { return Field(First(Classify(model, text)), "score", Type::Of(TypeKind::Float)); }

  /// `body` and `condition` get the item and its index and give the region's result.
  template <class Body>
  ir::NodeId Map(ir::NodeId list, Body body) {
    ir::Node node = MapNode(list, body);
    return Add(std::move(node));
  }
  template <class Body, class Condition>
  ir::NodeId Map(ir::NodeId list, Body body, Condition condition) {
    ir::Node node = MapNode(list, body);
    node.regions.push_back(Inside(TypeOf(list).item(), condition).first);
    return Add(std::move(node));
  }
  template <class Then, class Else>
  ir::NodeId If(ir::NodeId condition, Then then, Else otherwise) {
    ir::Node node;
    node.kind = ir::NodeKind::If;
    node.operands = {condition};
    for (int arm = 0; arm < 2; ++arm) {
      ir::RegionId region = function.regions.Add({});
      open_.push_back(region);
      ir::NodeId result = arm == 0 ? then() : otherwise();
      open_.pop_back();
      function.regions[region].result = result;
      node.regions.push_back(region);
      node.type = TypeOf(result);
    }
    return Add(std::move(node));
  }

  ir::NodeId Call(ir::ModelId model, const std::string& method, const std::vector<std::pair<std::string, ir::NodeId>>& arguments,
                  Type type) {
    ir::Node node;
    node.kind = ir::NodeKind::CallModel;
    node.model = model;
    node.method = method;
    node.type = std::move(type);
    for (const auto& [name, argument] : arguments) {
      node.names.push_back(name);
      node.operands.push_back(argument);
    }
    return Add(std::move(node));
  }

  /// The graph with what was built so far as its only entry.
  ir::Graph Finish(ir::NodeId result) {
    function.regions[function.body].result = result;
    function.result = TypeOf(result);
    graph.functions.Add(function);
    REQUIRE(ir::Verify(graph) == "");
    return graph;
  }

  [[nodiscard]] const Type& TypeOf(ir::NodeId node) const { return function.nodes[node].type; }
  static Type String() { return Type::Of(TypeKind::String); }

  ir::Graph graph;
  ir::Function function;

 private:
  ir::NodeId Add(ir::Node node) {
    ir::NodeId id = function.nodes.Add(std::move(node));
    function.regions[open_.back()].nodes.push_back(id);
    return id;
  }
  ir::NodeId AddParameter(Type type) {
    ir::Node node;
    node.kind = ir::NodeKind::Parameter;
    node.type = std::move(type);
    ir::NodeId id = function.nodes.Add(std::move(node));
    function.regions[open_.back()].parameters.push_back(id);
    return id;
  }
  template <class Body>
  std::pair<ir::RegionId, Type> Inside(const Type& item, Body body) {
    ir::RegionId region = function.regions.Add({});
    open_.push_back(region);
    ir::NodeId item_node = AddParameter(item);
    ir::NodeId index_node = AddParameter(Type::Of(TypeKind::Int));
    ir::NodeId result = body(item_node, index_node);
    open_.pop_back();
    function.regions[region].result = result;
    return {region, TypeOf(result)};
  }
  template <class Body>
  ir::Node MapNode(ir::NodeId list, Body body) {
    ir::Node node;
    node.kind = ir::NodeKind::Map;
    node.operands = {list};
    auto [region, type] = Inside(TypeOf(list).item(), body);
    node.regions = {region};
    node.type = Type::List(type);
    return node;
  }

  std::vector<ir::RegionId> open_;
};

inline ModelFacts Gpt2Facts(int64_t layers) {
  ModelFacts facts;
  facts.digest = "sha256:00";
  facts.model_type = "gpt2";
  facts.hidden_size = 768;
  facts.intermediate_size = 3072;
  facts.num_hidden_layers = layers;
  facts.num_attention_heads = 12;
  facts.vocab_size = 50257;
  facts.max_positions = 1024;
  facts.weight_bytes = layers == 12 ? 497'759'232 : 327'657'928;
  facts.missing_head_tensors = {"score.weight"};
  return facts;
}

inline ModelFacts BertFacts() {
  ModelFacts facts;
  facts.digest = "sha256:01";
  facts.model_type = "bert";
  facts.hidden_size = 768;
  facts.intermediate_size = 3072;
  facts.num_hidden_layers = 12;
  facts.num_attention_heads = 12;
  facts.vocab_size = 30522;
  facts.max_positions = 512;
  facts.weight_bytes = 440'000'000;
  facts.num_labels = 2;
  facts.missing_head_tensors = {"classifier.weight"};
  return facts;
}

inline Machine MachineWith(int cores) {
  Machine machine;
  machine.cores = cores;
  machine.memory = 24'000'000'000;
  machine.read_bandwidth = cores == 1 ? 15e9 : 30e9;
  return machine;
}

inline PlanInputs InputsFor(const ir::Graph& graph, int cores) {
  PlanInputs inputs;
  inputs.machine = MachineWith(cores);
  inputs.drafts.clear();
  for (const ir::Model& model : graph.models) {
    bool is_small = model.location.find("distil") != std::string::npos;
    inputs.facts.emplace_back(model.task == "text.Generator" ? Gpt2Facts(is_small ? 6 : 12) : BertFacts());
  }
  return inputs;
}

/// The plan, after the checks that hold for every plan.
inline plan::Plan PlanOf(const ir::Graph& graph, const PlanInputs& inputs) {
  SourceManager sources;
  DiagnosticList diagnostics;
  plan::Plan made = MakePlan(graph, inputs, sources, diagnostics);
  REQUIRE(plan::Verify(made) == "");
  std::string text = plan::Write(made);
  Result<plan::Plan> read = plan::Read(text, "p");
  REQUIRE_MESSAGE(read.ok(), RenderError(read.error(), false));
  REQUIRE(*read == made);
  for (const plan::Entry& entry : made.entries) {
    CHECK(entry.predicted_ms >= entry.bound_ms);
  }
  return made;
}
inline plan::Plan PlanOf(const ir::Graph& graph, int cores) { return PlanOf(graph, InputsFor(graph, cores)); }

inline plan::Plan PlanOfText(const std::string& functions, int cores) {
  Result<ir::Graph> graph = ir::Read("model @0 S.m: text.Classifier = hf(\"bert\") {}\n" + functions);
  REQUIRE_MESSAGE(graph.ok(), (graph.ok() ? "" : graph.error().place + ": " + graph.error().message));
  return PlanOf(*graph, cores);
}

/// The stages as one line: `seq(par(Gpt2.lm 1, DistilGpt2.lm 1), compute, map(Bert.c 2))`.
inline std::string Shape(const plan::Plan& made, const plan::Entry& entry, plan::StageId id) {
  const plan::Stage& stage = entry.stages[id];
  std::string inner;
  auto add = [&](std::optional<plan::StageId> child, const std::string& prefix) {
    inner += inner.empty() ? "" : ", ";
    inner += prefix + (child ? Shape(made, entry, *child) : "-");
  };
  switch (stage.kind) {
    case plan::StageKind::Call:
      return made.models[stage.model].name + " " + std::to_string(stage.threads);
    case plan::StageKind::Compute:
      return "compute";
    case plan::StageKind::Map:
      if (stage.condition_stage) {
        add(stage.condition_stage, "if ");
      }
      if (!stage.children.empty()) {
        add(stage.children[0], "");
      }
      return "map(" + inner + ")";
    case plan::StageKind::Branch:
      for (const plan::Arm& arm : stage.arms) {
        add(arm.stage, "");
      }
      return "branch(" + inner + ")";
    default:
      for (plan::StageId child : stage.children) {
        add(child, "");
      }
      return (stage.kind == plan::StageKind::Parallel ? "par(" : "seq(") + inner + ")";
  }
}
inline std::string Shape(const plan::Plan& made) {
  const plan::Entry& entry = made.entries[0];
  return entry.root ? Shape(made, entry, *entry.root) : "none";
}

/// GPT-2 and DistilGPT-2 write, BERT scores both texts.
inline ir::Graph ReferenceGraph() {
  GraphBuilder b;
  ir::ModelId gpt2 = b.Generator("Gpt2.lm", "openai-community/gpt2");
  ir::ModelId distil = b.Generator("DistilGpt2.lm", "distilbert/distilgpt2");
  ir::ModelId bert = b.Classifier("Bert.c", "google-bert/bert-base-uncased");
  ir::NodeId text = b.Text("original_sentence");
  ir::NodeId texts = b.List({b.Write(gpt2, text), b.Write(distil, text)});
  return b.Finish(
      b.Map(texts, [&](ir::NodeId item, ir::NodeId) { return b.Record({{"generated", item}, {"score", b.Score(bert, item)}}); }));
}

}  // namespace plait::schedule
