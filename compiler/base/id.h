// Typed dense ids and the stores they index: the project's replacement for webs of pointers.
#pragma once

#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace plait {

/// An index into a `Store` of one kind of thing. `Tag` keeps ids of different kinds apart.
/// A default-constructed id refers to nothing.
template <class Tag>
struct Id {
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t index = kNone;

  [[nodiscard]] bool has_value() const { return index != kNone; }
  auto operator<=>(const Id&) const = default;
};

/// A growing list of `T` addressed by `IdType`. References stay valid only until the next `Add`.
template <class IdType, class T>
class Store {
 public:
  IdType Add(T value) {
    items_.push_back(std::move(value));
    return IdType{static_cast<uint32_t>(items_.size() - 1)};
  }

  const T& operator[](IdType id) const {
    assert(id.index < items_.size());
    return items_[id.index];
  }
  T& operator[](IdType id) {
    assert(id.index < items_.size());
    return items_[id.index];
  }

  [[nodiscard]] size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }

  bool operator==(const Store&) const = default;

 private:
  std::vector<T> items_;
};

}  // namespace plait
