// std.list, std.math and std.route.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/library.h"
#include "compiler/base/operations.h"
#include "compiler/base/split_mix.h"
#include "compiler/base/value_hash.h"
#include "compiler/base/value_stream.h"

namespace plait::library {
namespace {

Error Fail(FailureKind kind, std::string message) { return {kind, std::move(message), "", {}}; }
Error OutOfRange(std::string message) { return Fail(FailureKind::ArgumentRange, std::move(message)); }

/// Of two values of one ordered type; false before true.
bool IsLess(const Value& left, const Value& right) {
  if (left.is_bool()) {
    return !left.AsBool() && right.AsBool();
  }
  return Apply(Operation::Less, std::array{left, right})->AsBool();
}

Result<Value> Finite(double value, std::string_view function) {
  return std::isfinite(value) ? Result<Value>(Value::Float(value))
                              : Fail(FailureKind::Arithmetic, fmt::format("the result of {} is not a finite number", function));
}

Result<void> WantItems(const Value& list, std::string_view function) {
  return list.AsList().empty() ? Result<void>(OutOfRange(fmt::format("{} of an empty list", function))) : Result<void>();
}

/// The place of the first item that none goes before.
template <class Before>
size_t FirstBest(const ValueList& items, Before before) {
  size_t best = 0;
  for (size_t i = 1; i < items.size(); ++i) {
    best = before(items[i], items[best]) ? i : best;
  }
  return best;
}

bool IsGreater(const Value& left, const Value& right) { return IsLess(right, left); }

/// Items in the order of their keys, equal ones as they stand; `keys` is null where the items are their own keys.
Result<ValueList> Sorted(const Value& list, const Value& keys, bool descending, std::string_view function) {
  const ValueList& items = list.AsList();
  const ValueList& key_list = keys.is_null() ? items : keys.AsList();
  if (key_list.size() != items.size()) {
    return OutOfRange(fmt::format("{} has {} keys for {} items", function, key_list.size(), items.size()));
  }
  std::vector<size_t> order(items.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(
      order, [&](size_t a, size_t b) { return descending ? IsLess(key_list[b], key_list[a]) : IsLess(key_list[a], key_list[b]); });
  ValueList sorted;
  sorted.reserve(items.size());
  std::ranges::transform(order, std::back_inserter(sorted), [&](size_t i) { return items[i]; });
  return sorted;
}

Result<size_t> CountFrom(const Value& count, std::string_view function) {
  if (count.AsInt() < 0) {
    return OutOfRange(fmt::format("{} wants a number of items from 0 on, found {}", function, count.AsInt()));
  }
  return static_cast<size_t>(count.AsInt());
}

/// As an int where it is one.
Result<Value> Whole(double value, std::string_view function) {
  constexpr double kLimit = 0x1p63;
  if (!(value >= -kLimit && value < kLimit)) {
    return Fail(FailureKind::Arithmetic, fmt::format("the result of {} does not fit into 64 bits", function));
  }
  return Value::Int(static_cast<int64_t>(value));
}

/// FNV-1a, then mixed so that keys with a common beginning spread: a number from 0 up to 1.
double UnitHash(std::string_view key) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (char c : key) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return static_cast<double>(MixBits(hash) >> 11U) * 0x1p-53;
}

}  // namespace

Result<Value> ListRange(std::span<const Value> operands) {
  constexpr size_t kMost = 10'000'000;
  PLAIT_TRY(size_t count, CountFrom(operands[0], "list.range"));
  if (count > kMost) {
    return OutOfRange(fmt::format("list.range makes at most {} items, not {}", kMost, count));
  }
  ValueList items;
  items.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    items.push_back(Value::Int(static_cast<int64_t>(i)));
  }
  return Value::List(std::move(items));
}

Result<Value> ListSum(std::span<const Value> operands) {
  Value sum = Value::Int(0);
  for (const Value& item : operands[0].AsList()) {
    PLAIT_TRY(sum, Apply(Operation::Add, std::array{sum, item}));
  }
  return sum;
}

Result<Value> ListMean(std::span<const Value> operands) {
  PLAIT_TRY_VOID(WantItems(operands[0], "list.mean"));
  double sum = 0;
  for (const Value& item : operands[0].AsList()) {
    sum += item.AsNumber();
  }
  return Finite(sum / static_cast<double>(operands[0].AsList().size()), "list.mean");
}

Result<Value> ListMin(std::span<const Value> operands) {
  PLAIT_TRY_VOID(WantItems(operands[0], "list.min"));
  return operands[0].AsList()[FirstBest(operands[0].AsList(), IsLess)];
}

Result<Value> ListMax(std::span<const Value> operands) {
  PLAIT_TRY_VOID(WantItems(operands[0], "list.max"));
  return operands[0].AsList()[FirstBest(operands[0].AsList(), IsGreater)];
}

Result<Value> ListArgmax(std::span<const Value> operands) {
  PLAIT_TRY_VOID(WantItems(operands[0], "list.argmax"));
  return Value::Int(static_cast<int64_t>(FirstBest(operands[0].AsList(), IsGreater)));
}

Result<Value> ListArgmin(std::span<const Value> operands) {
  PLAIT_TRY_VOID(WantItems(operands[0], "list.argmin"));
  return Value::Int(static_cast<int64_t>(FirstBest(operands[0].AsList(), IsLess)));
}

Result<Value> ListSort(std::span<const Value> operands) {
  PLAIT_TRY(ValueList sorted, Sorted(operands[0], operands[1], operands[2].AsBool(), "list.sort"));
  return Value::List(std::move(sorted));
}

Result<Value> ListTop(std::span<const Value> operands) {
  PLAIT_TRY(size_t count, CountFrom(operands[1], "list.top"));
  PLAIT_TRY(ValueList sorted, Sorted(operands[0], operands[2], true, "list.top"));
  sorted.resize(std::min(count, sorted.size()));
  return Value::List(std::move(sorted));
}

Result<Value> ListReverse(std::span<const Value> operands) {
  return Value::List(ValueList(operands[0].AsList().rbegin(), operands[0].AsList().rend()));
}

Result<Value> ListDistinct(std::span<const Value> operands) {
  ValueList distinct;
  std::unordered_set<Value, ValueHash> known;
  for (const Value& item : operands[0].AsList()) {
    if (known.insert(item).second) {
      distinct.push_back(item);
    }
  }
  return Value::List(std::move(distinct));
}

Result<Value> ListTake(std::span<const Value> operands) {
  PLAIT_TRY(size_t count, CountFrom(operands[1], "list.take"));
  if (operands[0].is_stream()) {
    return TakenStream(operands[0], operands[1].AsInt());
  }
  const ValueList& items = operands[0].AsList();
  return Value::List(ValueList(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(count, items.size()))));
}

Result<Value> ListDrop(std::span<const Value> operands) {
  PLAIT_TRY(size_t count, CountFrom(operands[1], "list.drop"));
  const ValueList& items = operands[0].AsList();
  return Value::List(ValueList(items.begin() + static_cast<std::ptrdiff_t>(std::min(count, items.size())), items.end()));
}

Result<Value> ListZip(std::span<const Value> operands) {
  const ValueList& first = operands[0].AsList();
  const ValueList& second = operands[1].AsList();
  if (first.size() != second.size()) {
    return OutOfRange(fmt::format("list.zip wants lists of one length, found {} and {}", first.size(), second.size()));
  }
  ValueList pairs;
  for (size_t i = 0; i < first.size(); ++i) {
    pairs.push_back(Value::Record({{"first", first[i]}, {"second", second[i]}}));
  }
  return Value::List(std::move(pairs));
}

Result<Value> ListFlatten(std::span<const Value> operands) { return Apply(Operation::Flatten, operands); }

Result<Value> ListAny(std::span<const Value> operands) { return Value::Bool(std::ranges::any_of(operands[0].AsList(), &Value::AsBool)); }
Result<Value> ListAll(std::span<const Value> operands) { return Value::Bool(std::ranges::all_of(operands[0].AsList(), &Value::AsBool)); }

Result<Value> MathAbs(std::span<const Value> operands) {
  bool is_negative = operands[0].AsNumber() < 0;
  return is_negative ? Apply(Operation::Negate, operands) : Result<Value>(operands[0]);
}

Result<Value> MathRound(std::span<const Value> operands) { return Whole(std::round(operands[0].AsNumber()), "math.round"); }
Result<Value> MathFloor(std::span<const Value> operands) { return Whole(std::floor(operands[0].AsNumber()), "math.floor"); }
Result<Value> MathCeil(std::span<const Value> operands) { return Whole(std::ceil(operands[0].AsNumber()), "math.ceil"); }

Result<Value> MathSqrt(std::span<const Value> operands) {
  double value = operands[0].AsNumber();
  return value < 0 ? Result<Value>(OutOfRange(fmt::format("math.sqrt of {}, which is negative", FormatFloat(value))))
                   : Finite(std::sqrt(value), "math.sqrt");
}

Result<Value> MathExp(std::span<const Value> operands) { return Finite(std::exp(operands[0].AsNumber()), "math.exp"); }

Result<Value> MathLog(std::span<const Value> operands) {
  double value = operands[0].AsNumber();
  return value <= 0 ? Result<Value>(OutOfRange(fmt::format("math.log of {}, which is not above 0", FormatFloat(value))))
                    : Finite(std::log(value), "math.log");
}

Result<Value> RouteSplit(std::span<const Value> operands) {
  const ValueList& shares = operands[1].AsList();
  double total = 0;
  for (const Value& share : shares) {
    if (!(share.AsNumber() >= 0)) {
      return OutOfRange(fmt::format("route.split wants shares from 0 on, found {}", ToJson(share)));
    }
    total += share.AsNumber();
  }
  if (!(total > 0)) {
    return OutOfRange("route.split wants a share above 0");
  }
  double point = UnitHash(operands[0].AsString()) * total;
  for (size_t i = 0; i < shares.size(); ++i) {
    point -= shares[i].AsNumber();
    if (point < 0) {
      return Value::Int(static_cast<int64_t>(i));
    }
  }
  // Rounding may leave a rest; it belongs to the last share that has any.
  auto last = std::find_if(shares.rbegin(), shares.rend(), [](const Value& share) { return share.AsNumber() > 0; });
  return Value::Int(static_cast<int64_t>(shares.rend() - last) - 1);
}

Result<Value> RouteSwitch(std::span<const Value> operands) {
  const Value* found = operands[1].Field(operands[0].AsString());
  return found != nullptr ? *found : operands[2];
}

Result<Value> ListStream(std::span<const Value> operands) { return StreamOf(operands[0].AsList()); }

}  // namespace plait::library
