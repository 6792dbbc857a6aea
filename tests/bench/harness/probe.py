"""What this machine gives right now: read bandwidth and fp32 arithmetic, on all allowed cores."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """The best of several tries."""

    bandwidth: float  # bytes a second
    peak: float  # fp32 operations a second

    def best(self, other: Machine) -> Machine:
        return Machine(max(self.bandwidth, other.bandwidth), max(self.peak, other.peak))


def measure(threads: int) -> Machine:
    """Takes about two seconds. The peak is that of the library's matrix product, not of the data sheet."""
    import torch

    torch.set_num_threads(threads)
    numbers = torch.ones(1 << 28)  # 1 GiB, far more than any cache
    bandwidth = numbers.nbytes / _best(lambda: numbers.sum(), tries=7)
    size = 2048
    left, right = torch.rand(size, size), torch.rand(size, size)
    peak = 2 * size**3 / _best(lambda: torch.mm(left, right), tries=9)
    return Machine(bandwidth, peak)


def _best(work, tries: int) -> float:
    times = []
    for _ in range(tries):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)
