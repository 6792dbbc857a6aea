// Where models lie on this machine. Looks on disk only, never on the network.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/catalog/own_settings.h"

namespace plait {

/// The places to look in, decided by the caller from its command line, plait.toml and environment.
struct ModelPlaces {
  /// Folders that hold `org/name` (or Hugging Face's `models--org--name`), from `--models` and plait.toml, in order.
  std::vector<std::string> folders;
  /// Hugging Face's cache, usually ~/.cache/huggingface/hub; empty where there is none.
  std::string hub_cache;
  /// The user's own folder, which messages show as `~`; empty where it is not known.
  std::string home{};
  /// Digests of the models that are code and may run here, from `[code_models] allow` of the user's own plait.toml.
  std::vector<std::string> allowed_code{};
};

/// `--models` first, then `models` of the plait.toml beside `source_path` or in a folder above it, then those of the user's own,
/// XDG_CONFIG_HOME/plait/plait.toml or ~/.config/plait/plait.toml, then HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub,
/// ~/.cache/huggingface/hub. Fails with `settings-invalid` for a broken plait.toml, and for one that allows code and is not the user's own.
Result<ModelPlaces> FindModelPlaces(const FileSystem& files, const Environment& environment, const std::vector<std::string>& models_flags,
                                    std::string_view source_path);

/// The folder of `hf:org/name` or `path:folder`, the file of `torchscript:file` or `aoti:file` (relative to `base_folder`). For the hub
/// cache: refs/<revision, default main> names the snapshot; a revision that is a commit names it itself. Fails with `model-not-found`,
/// whose notes list every place looked in and the command that would fetch it.
Result<std::string> FindModelFolder(const FileSystem& files, const ModelPlaces& places, std::string_view source, std::string_view revision,
                                    std::string_view base_folder);

}  // namespace plait
