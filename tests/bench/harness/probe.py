"""What this machine gives right now: read bandwidth, fp32 and bf16 arithmetic, on all allowed cores."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    bandwidth: float  # bytes a second
    peak: float  # fp32 operations a second
    bf16_peak: float  # operations a second; at least `peak`


class Probe:
    """Measures the arithmetic once, which takes a few seconds, and the bandwidth whenever it is asked.

    The peaks are those of the fastest matrix product that PyTorch has, not of the data sheet. The bandwidth of a machine whose memory others
    share changes within minutes, so it is asked between the turns of those whose times are held against it.
    """

    def __init__(self, threads: int):
        import torch

        torch.set_num_threads(threads)
        # 512 MiB, far more than any cache; in doubles, as with smaller numbers adding would be what takes the time.
        self._numbers = torch.ones(1 << 26, dtype=torch.float64)
        self.peak = _product_rate(torch.float32)
        # Without bf16 instructions the library converts, and fp32 is the faster way.
        self.bf16_peak = max(self.peak, _product_rate(torch.bfloat16))

    def bandwidth(self) -> float:
        """Bytes a second, the best of several tries; takes a fraction of a second."""
        return self._numbers.nbytes / _best(self._numbers.sum, tries=9)

    def machine(self, bandwidth: float) -> Machine:
        return Machine(bandwidth, self.peak, self.bf16_peak)


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
