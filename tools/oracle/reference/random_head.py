"""The head that `head: random(seed: N)` draws for a checkpoint that has none.

Where any head tensor is missing, all are drawn. The weights, in the order of their names, share one stream
of 64-bit numbers from SplitMix64 started with the seed. Each tensor takes them in pairs (x, y), row by row:

    u1 = ((x >> 11) + 1) * 2^-53        z0 = sqrt(-2 ln u1) * cos(2 pi u2)
    u2 =  (y >> 11)      * 2^-53        z1 = sqrt(-2 ln u1) * sin(2 pi u2)

in double precision; a tensor with an odd number of elements drops its last z1. A weight is
float32(z * initializer_range). Biases are zero and take nothing from the stream.
"""

from __future__ import annotations

import math

import numpy
import torch

_HEADS = ("classifier", "pre_classifier")


class SplitMix64:
    """Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014."""

    def __init__(self, seed: int):
        self._state = seed & 0xFFFFFFFFFFFFFFFF

    def take(self, count: int) -> numpy.ndarray:
        """The next `count` outputs, as uint64."""
        step = numpy.uint64(0x9E3779B97F4A7C15)
        with numpy.errstate(over="ignore"):
            z = numpy.uint64(self._state) + step * numpy.arange(1, count + 1, dtype=numpy.uint64)
            if count:
                self._state = int(z[-1])
            z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def normals(stream: SplitMix64, count: int) -> numpy.ndarray:
    """`count` standard normal numbers by Box and Muller's method, as float64."""
    raw = stream.take(count + count % 2).reshape(-1, 2) >> numpy.uint64(11)
    radius = numpy.sqrt(-2.0 * numpy.log((raw[:, 0] + numpy.uint64(1)).astype(numpy.float64) * 2.0**-53))
    angle = 2.0 * math.pi * (raw[:, 1].astype(numpy.float64) * 2.0**-53)
    return numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], axis=1).reshape(-1)[:count]


def draw(model: torch.nn.Module, missing: set[str], seed: int) -> bool:
    """Draws the head of `model` if the checkpoint lacked any of it; returns whether it did."""
    if not missing:
        return False
    head = {name: tensor for name, tensor in model.state_dict().items() if name.split(".")[0] in _HEADS}
    if not missing <= head.keys():
        raise RuntimeError(f"missing from the checkpoint and not of the head: {sorted(missing - head.keys())}")
    stream = SplitMix64(seed)
    for name in sorted(head):
        if name.endswith(".weight"):
            values = normals(stream, head[name].numel()) * model.config.initializer_range
            head[name].copy_(torch.from_numpy(values.astype(numpy.float32)).reshape(head[name].shape))
        else:
            head[name].zero_()
    return True
