// Small decoders with tokenizers, of every kind that the runtime has.
#pragma once

#include <algorithm>
#include <string>

#include "tests/unit/runtime/models/stored_types.h"
#include "tests/unit/runtime/tasks/oracle.h"

namespace plait {

/// A stand-in for GPT-2 made into the other kind that there is: its weights bf16, its projection its own, its activation by the error
/// function, its attention scaled by layer.
class UntiedGpt2 {
 public:
  UntiedGpt2() : copy_(ModelCopy::OfFolder(TinyModel("openai-community/gpt2"))) {
    copy_.ChangeConfig("\"gelu_new\"", R"("gelu", "scale_attn_by_inverse_layer_idx": true, "tie_word_embeddings": false)");
    copy_.ChangeWeights([](FileTensors& tensors) {
      FileTensor projection = tensors["wte.weight"];
      std::rotate(projection.bytes.begin(), projection.bytes.begin() + 4 * 64, projection.bytes.end());
      tensors["lm_head.weight"] = projection;
      StoreAsBf16(tensors);
    });
  }

  [[nodiscard]] const std::string& folder() const { return copy_.path(); }

 private:
  ModelCopy copy_;
};

}  // namespace plait
