#include "runtime/kernels/attention.h"

namespace plait {

void StoreKeys(const float* keys, int64_t key_stride, int64_t rows, int64_t head_size, int64_t position, float* key_panels,
               int64_t panel_stride) {
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t panel = (position + row) / kPanelColumns;
    float* column = key_panels + panel * panel_stride + (position + row) % kPanelColumns;
    const float* key = keys + row * key_stride;
    for (int64_t i = 0; i < head_size; ++i) {
      column[i * kPanelColumns] = key[i];
    }
  }
}

}  // namespace plait
