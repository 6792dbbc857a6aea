// plait cache
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "compiler/base/nearest.h"
#include "compiler/schedule/model_sizes.h"
#include "runtime/cache/cache_folder.h"
#include "tools/plait/cache_settings.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--output", true, ""}};

constexpr std::string_view kHelp = R"(plait cache [clear [MODEL]] [options]

Lists the packed weights that run, bench and eval keep on disk, or removes them: those of one model, as the list calls it
or by the end of its name, or all. What is removed is made anew when it is needed.

Kept are int8 and bf16 weights that are computed from a checkpoint, also the int8 copies that make drafts; never fp32
ones. A model whose files changed has other entries. The folder is XDG_CACHE_HOME/plait or ~/.cache/plait. It holds at
most 10 GiB, or a tenth of the disk's free space if that is less, or what the variable PLAIT_CACHE_SIZE says, as 5GiB;
what was used longest ago leaves first. PLAIT_CACHE=off turns it off, and so does --no-cache for one run.

  --output text|json   in words, or all figures as JSON

examples
  plait cache
  plait cache clear openai-community/gpt2
)";

std::string SizeText(uint64_t bytes) { return schedule::MemoryText(static_cast<int64_t>(bytes)); }

struct Sum {
  size_t entries = 0;
  uint64_t bytes = 0;
};

Sum SumOf(const std::vector<CacheEntry>& entries) {
  Sum sum;
  for (const CacheEntry& entry : entries) {
    ++sum.entries;
    sum.bytes += entry.bytes;
  }
  return sum;
}

std::string Describe(const Sum& sum) {
  return fmt::format("{} entr{}, {}", sum.entries, sum.entries == 1 ? "y" : "ies", SizeText(sum.bytes));
}

/// `2026-01-31 09:30`, or with seconds in UTC as JSON has it.
std::string FormatTime(int64_t nanoseconds, bool is_utc) {
  constexpr int64_t kNano = 1'000'000'000;
  const std::time_t seconds = nanoseconds / kNano;
  std::tm parts{};
  is_utc ? ::gmtime_r(&seconds, &parts) : ::localtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof(text), is_utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M", &parts)};
}

std::string NameOf(const CacheEntry& entry) { return entry.labels.model.empty() ? "(not readable)" : entry.labels.model; }

std::string AsText(const CacheSettings& settings, const std::vector<CacheEntry>& entries, uint64_t bound) {
  size_t model_width = 0;
  size_t format_width = 0;
  for (const CacheEntry& entry : entries) {
    model_width = std::max(model_width, NameOf(entry).size());
    format_width = std::max(format_width, entry.labels.format.size());
  }
  std::string text = fmt::format("{}: {} of at most {}{}\n", settings.folder, Describe(SumOf(entries)), SizeText(bound),
                                 settings.is_off ? "; turned off by PLAIT_CACHE" : "");
  for (const CacheEntry& entry : entries) {
    text += fmt::format("  {:<{}}   {:<{}}   {:>9}   last used {}\n", NameOf(entry), model_width, entry.labels.format, format_width,
                        SizeText(entry.bytes), FormatTime(entry.used, false));
  }
  return text;
}

std::string AsJson(const CacheSettings& settings, const std::vector<CacheEntry>& entries, uint64_t bound) {
  ValueList list;
  for (const CacheEntry& entry : entries) {
    list.push_back(Value::Record({{"model", Value::String(entry.labels.model)},
                                  {"format", Value::String(entry.labels.format)},
                                  {"bytes", Value::Int(static_cast<int64_t>(entry.bytes))},
                                  {"last_used", Value::String(FormatTime(entry.used, true))},
                                  {"file", Value::String(entry.path)}}));
  }
  return ToJson(Value::Record({{"version", Value::Int(1)},
                               {"folder", Value::String(settings.folder)},
                               {"is_on", Value::Bool(!settings.is_off)},
                               {"bytes", Value::Int(static_cast<int64_t>(SumOf(entries).bytes))},
                               {"most_bytes", Value::Int(static_cast<int64_t>(bound))},
                               {"entries", Value::List(std::move(list))}}),
                {true}) +
         "\n";
}

/// Whether a user who writes `asked` may mean the entry.
bool IsMeant(const CacheEntry& entry, std::string_view asked) {
  const std::string& model = entry.labels.model;
  return model == asked || model.ends_with(fmt::format("/{}", asked));
}

/// The entries that `clear` is about. Fails with `file-not-found` where a model was named that has none.
Result<std::vector<CacheEntry>> Chosen(std::vector<CacheEntry> entries, std::span<const std::string> models) {
  if (models.empty()) {
    return entries;
  }
  std::vector<std::string> names;
  for (const CacheEntry& entry : entries) {
    names.push_back(NameOf(entry));
  }
  std::erase_if(entries, [&](const CacheEntry& entry) { return !IsMeant(entry, models[0]); });
  if (!entries.empty()) {
    return entries;
  }
  std::optional<std::string> nearest = Nearest(models[0], names);
  Error error{FailureKind::FileNotFound,
              fmt::format("nothing is cached of a model `{}`{}", models[0], nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""),
              "",
              {}};
  return std::move(error).WithNote("fix", "`plait cache` lists what is cached");
}

int Clear(const World& world, const CacheSettings& settings, std::span<const std::string> models, bool as_json) {
  Result<std::vector<CacheEntry>> chosen = Chosen(ListCache(settings.folder), models);
  if (!chosen.ok()) {
    return Fail(world, chosen.error());
  }
  RemoveLeftovers(settings.folder);
  for (const CacheEntry& entry : *chosen) {
    std::error_code error;
    std::filesystem::remove(entry.path, error);
    if (error) {
      return Fail(world, {FailureKind::FileNotFound, fmt::format("cannot remove it: {}", error.message()), entry.path, {}});
    }
  }
  const Sum sum = SumOf(*chosen);
  if (as_json) {
    Print(ToJson(Value::Record({{"version", Value::Int(1)},
                                {"removed", Value::Int(static_cast<int64_t>(sum.entries))},
                                {"bytes", Value::Int(static_cast<int64_t>(sum.bytes))}}),
                 {true}) +
          "\n");
  } else {
    Print(fmt::format("{}: removed {}\n", settings.folder, Describe(sum)));
  }
  return kFine;
}

int RunCache(const World& world, const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.positional;
  const std::string form = arguments.Get("--output", "text");
  if (form != "text" && form != "json") {
    return UsageError("cache", fmt::format("`--output` takes text or json, not `{}`", form));
  }
  if (!words.empty() && words[0] != "clear") {
    return UsageError("cache", fmt::format("`{}` is nothing to do with a cache; there is `clear`", words[0]));
  }
  if (words.size() > 2) {
    return UsageError("cache", "name one model only");
  }
  Result<CacheSettings> settings = ReadCacheSettings(world.environment);
  if (!settings.ok()) {
    return Fail(world, settings.error());
  }
  if (settings->folder.empty()) {
    Error error{FailureKind::FileNotFound, "there is no folder for a cache: neither HOME nor XDG_CACHE_HOME is set", "", {}};
    return Fail(world, std::move(error).WithNote("fix", "set one of them"));
  }
  if (!words.empty()) {
    return Clear(world, *settings, std::span(words).subspan(1), form == "json");
  }
  const std::vector<CacheEntry> entries = ListCache(settings->folder);
  const uint64_t bound = settings->most_bytes > 0 ? settings->most_bytes : DefaultCacheBound(settings->folder);
  Print(form == "json" ? AsJson(*settings, entries, bound) : AsText(*settings, entries, bound));
  return kFine;
}

}  // namespace

const Verb kCacheVerb = {"cache", "list or remove the packed weights on disk", kHelp, kOptions, RunCache};

}  // namespace plait
