#include "runtime/exec/call_memo.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace plait {

/// A call that runs or has run.
struct CallMemo::Entry {
  std::string key;
  bool is_done = false;
  /// Nothing where its runner had to stop.
  std::optional<Result<Value>> outcome;
};

namespace {

/// Text that is equal for equal values alone: of tensors it has the bits, as JSON has one word for all that is not finite.
void AppendKey(const Value& value, std::string& key) {
  if (value.is_tensor()) {
    const Tensor& tensor = value.AsTensor();
    key += fmt::format("tensor<{}>{}:", ElementTypeName(tensor.element), ShapeText(tensor.shape));
    key += tensor.data;
  } else if (value.is_list()) {
    key += '[';
    for (const Value& item : value.AsList()) {
      AppendKey(item, key);
      key += ',';
    }
    key += ']';
  } else if (value.is_record()) {
    key += '{';
    for (const auto& [name, field] : value.AsRecord()) {
      key += QuoteJson(name) + ":";
      AppendKey(field, key);
      key += ',';
    }
    key += '}';
  } else {
    key += ConstantText(value);
  }
}

}  // namespace

CallMemo::Ticket CallMemo::Enter(uint32_t model, std::string_view method, const ValueFields& arguments) {
  std::string key = fmt::format("{}.{}", model, method);
  AppendKey(Value::Record(arguments), key);
  std::lock_guard lock(mutex_);
  auto [place, is_new] = entries_.try_emplace(key);
  if (is_new) {
    place->second = std::make_shared<Entry>();
    place->second->key = std::move(key);
  }
  return {place->second, is_new};
}

CallMemo::Ticket CallMemo::Alone() { return {std::make_shared<Entry>(), true}; }

void CallMemo::Publish(const Ticket& ticket, const Result<Value>& outcome) {
  std::lock_guard lock(mutex_);
  bool was_stopped =
      !outcome.ok() && (outcome.error().kind == FailureKind::Cancelled || outcome.error().kind == FailureKind::DeadlineExceeded);
  if (!was_stopped) {
    ticket.entry->outcome = outcome;
  }
  if (!outcome.ok() && !ticket.entry->key.empty()) {
    entries_.erase(ticket.entry->key);
  }
  ticket.entry->is_done = true;
  changed_.notify_all();
}

Result<std::optional<Result<Value>>> CallMemo::Wait(const Ticket& ticket, const Cancellation& cancellation) {
  // Whoever cancels knows nothing of those who wait here, so they look for themselves.
  constexpr std::chrono::milliseconds kPatience{2};
  std::unique_lock lock(mutex_);
  while (!ticket.entry->is_done) {
    PLAIT_TRY_VOID(cancellation.Check());
    changed_.wait_for(lock, kPatience);
  }
  return ticket.entry->outcome;
}

}  // namespace plait
