#include "tools/plait/cache_settings.h"

#include <optional>

#include <fmt/format.h>

#include "compiler/base/file_system.h"
#include "tools/plait/arguments.h"

namespace plait {

Result<CacheSettings> ReadCacheSettings(const Environment& environment) {
  auto variable = [&](std::string_view name) { return environment(name).value_or(""); };
  CacheSettings settings;
  // The XDG Base Directory Specification has relative paths ignored.
  if (std::string cache = variable("XDG_CACHE_HOME"); cache.starts_with('/')) {
    settings.folder = JoinPath(cache, "plait");
  } else if (std::string home = variable("HOME"); !home.empty()) {
    settings.folder = JoinPath(home, ".cache/plait");
  }
  auto fail = [](std::string_view name, std::string_view value, std::string_view expected) {
    return Error{FailureKind::SettingsInvalid, fmt::format("the variable `{}` is `{}`, expected {}", name, value, expected), "", {}};
  };
  if (std::string state = variable("PLAIT_CACHE"); !state.empty()) {
    if (state != "on" && state != "off") {
      return fail("PLAIT_CACHE", state, "`off` or `on`");
    }
    settings.is_off = state == "off";
  }
  if (std::string size = variable("PLAIT_CACHE_SIZE"); !size.empty()) {
    std::optional<int64_t> bytes = ParseBytes(size);
    if (!bytes || *bytes <= 0) {
      return fail("PLAIT_CACHE_SIZE", size, "a size such as 5GiB or 512MiB");
    }
    settings.most_bytes = static_cast<uint64_t>(*bytes);
  }
  return settings;
}

}  // namespace plait
