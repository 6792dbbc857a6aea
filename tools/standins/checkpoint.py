"""Writes and reads safetensors files of random weights."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy

from standins.tensors import Tensor

_CHUNK = 1 << 20  # elements drawn at a time: a few megabytes, so that they are written while in cache
_HEADER_LIMIT = 100_000_000


def write(
    path: Path,
    tensors: list[Tensor],
    seed: int,
    metadata: dict[str, str],
    progress: Callable[[int], None],
) -> None:
    """Writes `tensors`, each from a stream of its own, so that the bytes do not depend on order or threads.

    `progress` is told, from several threads, how many more bytes are in the file.
    """
    ordered = sorted(tensors, key=lambda tensor: (tensor.dtype != "I64", tensor.name))
    header, offsets = _header(ordered, metadata)
    with open(path, "wb") as file:
        file.write(header)
        file.truncate(len(header) + sum(tensor.bytes for tensor in ordered))
    descriptor = os.open(path, os.O_WRONLY)
    try:
        with ThreadPoolExecutor(max(1, len(os.sched_getaffinity(0)))) as pool:
            jobs = [
                pool.submit(_write_tensor, descriptor, len(header) + offset, tensor, seed, progress)
                for tensor, offset in sorted(zip(ordered, offsets), key=lambda pair: -pair[0].bytes)
            ]
            try:
                for job in jobs:
                    job.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        os.close(descriptor)


def read_metadata(path: Path) -> dict[str, str] | None:
    """The `__metadata__` of a file whose length agrees with its header; None for anything else."""
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _HEADER_LIMIT:
                return None
            header = json.loads(file.read(length))
            end = max((entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"), default=0)
            if os.fstat(file.fileno()).st_size != 8 + length + end:
                return None
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None
    return header.get("__metadata__", {})


def _header(tensors: list[Tensor], metadata: dict[str, str]) -> tuple[bytes, list[int]]:
    entries: dict[str, Any] = {"__metadata__": metadata}
    offsets = []
    offset = 0
    for tensor in tensors:
        offsets.append(offset)
        entries[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.bytes],
        }
        offset += tensor.bytes
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text, offsets


def _write_tensor(descriptor: int, offset: int, tensor: Tensor, seed: int, progress: Callable[[int], None]) -> None:
    if tensor.dtype == "I64":
        _write_all(descriptor, numpy.arange(tensor.elements, dtype="<i8"), offset)
        progress(tensor.bytes)
        return
    generator = numpy.random.Generator(numpy.random.PCG64([seed, zlib.crc32(tensor.name.encode())]))
    buffer = numpy.empty(min(_CHUNK, tensor.elements), dtype="<f4")
    for start in range(0, tensor.elements, _CHUNK):
        part = buffer[: min(_CHUNK, tensor.elements - start)]
        generator.standard_normal(out=part, dtype=numpy.float32)
        part *= numpy.float32(tensor.std)
        if tensor.mean:
            part += numpy.float32(tensor.mean)
        _write_all(descriptor, part, offset + 4 * start)
        progress(part.nbytes)


def _write_all(descriptor: int, array: numpy.ndarray, offset: int) -> None:
    view = memoryview(array).cast("B")
    while view:
        written = os.pwrite(descriptor, view, offset)
        view = view[written:]
        offset += written
