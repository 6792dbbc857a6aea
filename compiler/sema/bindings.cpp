#include "compiler/sema/bindings.h"

#include <iterator>

namespace plait::sema {

std::vector<Binding> Bindings::Leave() {
  auto start = static_cast<std::ptrdiff_t>(scope_starts_.back());
  scope_starts_.pop_back();
  std::vector<Binding> left(std::make_move_iterator(bindings_.begin() + start), std::make_move_iterator(bindings_.end()));
  bindings_.erase(bindings_.begin() + start, bindings_.end());
  for (const Binding& binding : left) {
    Index& index = binding.is_data() ? data_ : callables_;
    if (auto entry = index.find(binding.name); entry != index.end()) {
      entry->second.pop_back();
      if (entry->second.empty()) {
        index.erase(entry);
      }
    }
  }
  return left;
}

std::optional<Clash> Bindings::Declare(Binding binding) {
  std::optional<Clash> clash;
  if (binding.name != "_") {
    std::vector<size_t>& known = (binding.is_data() ? data_ : callables_)[binding.name];
    if (!known.empty()) {
      bindings_[known.back()].is_used = true;
      clash = Clash{bindings_[known.back()].span, known.back() >= scope_starts_.back()};
    }
    known.push_back(bindings_.size());
  }
  bindings_.push_back(std::move(binding));
  return clash;
}

const Binding* Bindings::Use(Space space, std::string_view name) {
  const Index& index = IndexOf(space);
  auto entry = index.find(name);
  if (entry == index.end()) {
    return nullptr;
  }
  Binding& binding = bindings_[entry->second.back()];
  binding.is_used = true;
  return &binding;
}

const Binding* Bindings::Find(Space space, std::string_view name) const {
  const Index& index = IndexOf(space);
  auto entry = index.find(name);
  return entry == index.end() ? nullptr : &bindings_[entry->second.back()];
}

std::vector<std::string> Bindings::Names() const {
  std::vector<std::string> names;
  for (const Binding& binding : bindings_) {
    names.push_back(binding.name);
  }
  return names;
}

}  // namespace plait::sema
