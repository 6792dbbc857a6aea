// TorchScript modules behind declared methods; the modules are made here.
#include "runtime/code_models/code_model.h"

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/script.h>

#include "compiler/base/digest.h"
#include "compiler/base/tensor_values.h"

namespace plait {
namespace {

/// A module's file that lasts as long as this.
class ModuleFile {
 public:
  explicit ModuleFile(const std::string& methods, const torch::jit::ResolverPtr& names = nullptr)
      : path_(std::filesystem::temp_directory_path() / fmt::format("plait_code_{}.pt", ::getpid())) {
    torch::jit::Module module("Net");
    module.define(methods, names);
    module.save(path_);
  }
  ~ModuleFile() { std::filesystem::remove(path_); }
  ModuleFile(const ModuleFile&) = delete;
  ModuleFile& operator=(const ModuleFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr const char* kMethods = R"(
def forward(self, x):
    return x * 2

def counted(self, x, factor: float):
    return (x * factor, x.size(0))

def strict(self, x):
    assert bool((x >= 0).all()), "negative"
    return x

def swapped(self, x):
    x.add_(1)
    return x.double()
)";

std::vector<MethodSignature> Methods(std::initializer_list<std::string_view> texts) {
  std::vector<MethodSignature> methods;
  for (std::string_view text : texts) {
    std::optional<MethodSignature> method = ParseMethodSignature(text);
    REQUIRE(method);
    methods.push_back(*method);
  }
  return methods;
}

const CodePermission kAll{true, {}};

Result<std::unique_ptr<TaskModel>> Load(const ModuleFile& file, std::initializer_list<std::string_view> methods,
                                        const CodePermission& permission = kAll, const std::string& digest = "") {
  return LoadCodeModel({"torchscript:m.pt", file.path(), digest, Methods(methods)}, permission);
}

Value Rows(const std::vector<std::vector<double>>& rows) {
  Tensor tensor = MakeTensor(TensorElement::F32, {static_cast<int64_t>(rows.size()), static_cast<int64_t>(rows[0].size())});
  size_t i = 0;
  for (const std::vector<double>& row : rows) {
    for (double number : row) {
      tensor.Set<float>(i++, static_cast<float>(number));
    }
  }
  return Value::OfTensor(std::move(tensor));
}

/// Each call's result in JSON, or its code and message, and how often the code ran.
struct Called {
  std::vector<std::string> results;
  int64_t passes = 0;
};

Called Call(const TaskModel& model, std::string_view method, const std::vector<ValueFields>& calls) {
  Called called;
  ThreadPool pool(1);
  pool.Run([&](ThreadTeam& team) {
    CallStatistics statistics;
    Cancellation cancellation;
    for (const Result<Value>& result : model.Call(method, calls, {team, cancellation, 0, &statistics})) {
      called.results.push_back(result.ok() ? ToJson(*result)
                                           : fmt::format("{}: {}", FailureCode(result.error().kind), result.error().message));
    }
    called.passes = statistics.bytes_streamed;
  });
  return called;
}

std::string FaultOf(const Result<std::unique_ptr<TaskModel>>& loaded) {
  return loaded.ok() ? "" : fmt::format("{}: {}", FailureCode(loaded.error().kind), loaded.error().message);
}

}  // namespace

TEST_CASE("code runs only where it is allowed, and only what was planned") {
  ModuleFile file(kMethods);
  std::ifstream stream(file.path(), std::ios::binary);
  std::string digest = Sha256Digest(std::string(std::istreambuf_iterator<char>(stream), {}));
  auto forward = {std::string_view("forward(x: tensor<f32>[b, 2]) -> tensor<f32>[b, 2]")};
  CHECK(FaultOf(Load(file, forward, {})).starts_with("code-not-allowed"));
  CHECK(FaultOf(Load(file, forward, {false, {"sha256:0"}})).starts_with("code-not-allowed"));
  CHECK(FaultOf(Load(file, forward, {false, {digest}}, digest)) == "");
  CHECK(FaultOf(Load(file, forward, kAll, "sha256:0")).starts_with("model-changed"));
}

TEST_CASE("methods are found by their names, and the only one may be forward") {
  ModuleFile file(kMethods);
  CHECK(FaultOf(Load(file, {"embed(x: tensor<f32>[b, 2]) -> tensor<f32>[b, 2]"})) == "");
  CHECK(FaultOf(Load(file, {"embed(x: tensor<f32>[b, 2]) -> tensor<f32>[b, 2]", "strict(x: tensor<f32>[b, 2]) -> tensor<f32>[b, 2]"})) ==
        "model-unsupported: the module has no method `embed`");
  CHECK(FaultOf(Load(file, {"forward(x: tensor<f32>[b], y: int) -> tensor<f32>[b]"})) ==
        "model-unsupported: the module's method `forward` takes 1 arguments, and `forward(x: tensor<f32>[b], y: int) -> tensor<f32>[b]` is "
        "declared");
}

/// Lets a module's code name Plait's operators, as torch.ops.plait does in Python.
struct PlaitOperators : torch::jit::NativeResolver {
  std::shared_ptr<torch::jit::SugaredValue> resolveValue(const std::string& name, torch::jit::GraphFunction& function,
                                                         const torch::jit::SourceRange& place) override {
    return name == "plait" ? std::make_shared<torch::jit::BuiltinModule>("plait") : NativeResolver::resolveValue(name, function, place);
  }
};

TEST_CASE("a module may call Plait's operators") {
  ModuleFile file("def forward(self, x):\n    return plait.topk(plait.silu_mul(x) + plait.softmax(x[:, 2:]), 1)[0]\n",
                  std::make_shared<PlaitOperators>());
  auto loaded = Load(file, {"forward(x: tensor<f32>[b, 4]) -> tensor<f32>[b, 1]"});
  REQUIRE(FaultOf(loaded) == "");
  CHECK(Call(**loaded, "forward", {{{"x", Rows({{0, 0, 1, 1}})}}}).results == std::vector<std::string>{"[[0.5]]"});
}

TEST_CASE("a broken file is told with its path") {
  ModuleFile file(kMethods);
  std::ofstream(file.path(), std::ios::trunc) << "no module";
  Result<std::unique_ptr<TaskModel>> loaded = Load(file, {"forward(x: tensor<f32>[b]) -> tensor<f32>[b]"});
  CHECK(FaultOf(loaded).starts_with("model-unsupported: the file is no TorchScript module"));
  CHECK(loaded.error().place == file.path());
}

TEST_CASE("calls are one batch along the common dimension, and a faulty one fails alone") {
  ModuleFile file(kMethods);
  auto model = *Load(file, {"forward(x: tensor<f32>[b, n]) -> tensor<f32>[b, n]", "strict(x: tensor<f32>[b, n]) -> tensor<f32>[b, n]"});
  auto bytes = static_cast<int64_t>(std::filesystem::file_size(file.path()));
  Called called = Call(*model, "forward", {{{"x", Rows({{1, 2}})}}, {{"x", Rows({{3}})}}, {{"x", Rows({{4, 5}, {6, 7}})}}});
  const std::vector<std::string> doubled = {"[[2.0, 4.0]]", "[[6.0]]", "[[8.0, 10.0], [12.0, 14.0]]"};
  CHECK(called.results == doubled);
  CHECK(called.passes == 2 * bytes);
  called = Call(*model, "strict", {{{"x", Rows({{1, 2}})}}, {{"x", Rows({{-1, 2}})}}});
  const std::vector<std::string> one_failed = {"[[1.0, 2.0]]", "model-failed: the model's code failed: AssertionError: negative"};
  CHECK(called.results == one_failed);
}

TEST_CASE("what goes in and comes out is what is declared") {
  ModuleFile file(kMethods);
  auto model = *Load(file, {"forward(x: tensor<f32>[b, 2]) -> tensor<f32>[b, 3]",
                            "counted(x: tensor<f32>[b, 2], factor: float) -> { y: tensor<f32>[b, 2], count: int }",
                            "swapped(x: tensor<f32>[b, 2]) -> tensor<f32>[b, 2]"});
  CHECK(Call(*model, "counted", {{{"x", Rows({{1, 2}})}, {"factor", Value::Float(0.5)}}}).results[0] ==
        R"({"y": [[0.5, 1.0]], "count": 1})");
  CHECK(Call(*model, "forward", {{{"x", Rows({{1, 2}})}}}).results[0] ==
        "model-failed: what `forward` gave has size 2 in dimension 1, expected 3 of tensor<f32>[b, 3]");
  CHECK(Call(*model, "forward", {{{"x", Rows({{1, 2, 3}})}}}).results[0] ==
        "argument-range: `x` has size 3 in dimension 1, expected 2 of tensor<f32>[b, 2]");
  // Code that writes into its argument writes into a copy.
  Value x = Rows({{1, 2}});
  CHECK(Call(*model, "swapped", {{{"x", x}}}).results[0] ==
        "model-failed: what `swapped` gave is a tensor of Double and shape [1, 2], and `tensor<f32>[b, 2]` is declared");
  CHECK(ToJson(x) == "[[1.0, 2.0]]");
}

}  // namespace plait
