// The names that a body declares: parameters, lets, variables of comprehensions, and edges while a comprehension over them is unrolled.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/sema/program.h"

namespace plait::sema {

enum class BindingKind : uint8_t { Parameter, Let, Variable };

struct Binding {
  std::string name;
  Span span;
  BindingKind kind = BindingKind::Variable;
  /// Data: a local, or the number of an unrolled round. Callable: the service that an edge leads to.
  std::variant<LocalId, Value, ServiceId> target;
  bool is_used = false;

  [[nodiscard]] bool is_data() const { return !std::holds_alternative<ServiceId>(target); }
};

/// Where a name was declared before.
struct Clash {
  Span span;
  bool is_same_scope = false;
};

/// Nested scopes of both spaces of a body.
class Bindings {
 public:
  void Enter() { scope_starts_.push_back(bindings_.size()); }
  /// Ends the innermost scope and gives its bindings, in the order of their declarations.
  std::vector<Binding> Leave();

  /// From now on the name means this binding, also where it had a meaning: that fault shall not bring others.
  /// A binding named `_` cannot be found.
  std::optional<Clash> Declare(Binding binding);
  /// Counts as a use. The pointer lives until the next `Declare`.
  const Binding* Use(Space space, std::string_view name);
  [[nodiscard]] const Binding* Find(Space space, std::string_view name) const;
  [[nodiscard]] std::vector<std::string> Names() const;

 private:
  /// The bindings of a name, the one in force last.
  using Index = std::map<std::string, std::vector<size_t>, std::less<>>;

  [[nodiscard]] const Index& IndexOf(Space space) const { return space == Space::Data ? data_ : callables_; }

  std::vector<Binding> bindings_;
  std::vector<size_t> scope_starts_;
  Index data_;
  Index callables_;
};

}  // namespace plait::sema
