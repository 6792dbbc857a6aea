#include "compiler/sema/program.h"

namespace plait::sema {

const Symbol* Scope::Find(Space space, std::string_view name) const {
  const Names& names = spaces[static_cast<size_t>(space)];
  auto found = names.find(name);
  return found == names.end() ? nullptr : &found->second;
}

}  // namespace plait::sema
