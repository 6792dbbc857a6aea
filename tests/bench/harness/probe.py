"""What this machine gives right now: read bandwidth, fp32 and bf16 arithmetic, on all allowed cores."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """The best of several tries."""

    bandwidth: float  # bytes a second
    peak: float  # fp32 operations a second
    bf16_peak: float  # operations a second; at least `peak`

    def best(self, other: Machine) -> Machine:
        return Machine(
            max(self.bandwidth, other.bandwidth),
            max(self.peak, other.peak),
            max(self.bf16_peak, other.bf16_peak),
        )


def measure(threads: int) -> Machine:
    """Takes a few seconds. The peaks are those of the fastest matrix product that PyTorch has, not of the data sheet."""
    import torch

    torch.set_num_threads(threads)
    # 1 GiB, far more than any cache; in doubles, as with smaller numbers adding would be what takes the time.
    numbers = torch.ones(1 << 27, dtype=torch.float64)
    bandwidth = numbers.nbytes / _best(lambda: numbers.sum(), tries=15)
    peak = _product_rate(torch.float32)
    # Without bf16 instructions the library converts, and fp32 is the faster way.
    return Machine(bandwidth, peak, max(peak, _product_rate(torch.bfloat16)))


def _product_rate(dtype) -> float:
    import torch

    size = 2048
    left, right = torch.rand(size, size).to(dtype), torch.rand(size, size).to(dtype)
    # Which library is the faster one is a matter of the processor.
    onednn = torch.ops.mkldnn
    packed = onednn._reorder_linear_weight(right, size)
    products = [lambda: torch.mm(left, right), lambda: onednn._linear_pointwise(left, packed, None, "none", [], "")]
    return 2 * size**3 / min(_best(product, tries=9) for product in products)


def _best(work, tries: int) -> float:
    times = []
    for _ in range(tries):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)
