#!/usr/bin/env python3
"""Runs the bench's writers with OpenVINO GenAI, on request over JSON lines; see harness/peer.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import serving  # noqa: E402
from harness.workloads import Precision  # noqa: E402

_ATTENTION = ("SDPA", "PA")  # the library's two ways to attend


class OpenVinoGenAi(serving.Library):
    packages = ("openvino-genai", "optimum-intel")

    def forms(self, precision: Precision) -> tuple[str, ...]:
        return tuple(f"{precision.value} {attention}" for attention in _ATTENTION)

    def generator(self, model: str, form: str, threads: int) -> serving.Generate:
        import numpy
        import openvino
        import openvino_genai

        precision, attention = form.split()
        weights = "int8" if precision == "int8" else "fp32"
        folder = self.converted(model, weights, lambda folder: self._convert(model, weights, folder))
        settings = {"INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False, "ATTENTION_BACKEND": attention}
        if precision == "fp32":
            # Without these the plugin computes in bf16 where the processor can, and keeps keys and values in 8 bits.
            settings |= {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32"}
        elif precision == "bf16":
            settings |= {"INFERENCE_PRECISION_HINT": "bf16"}
        loaded = openvino_genai.LLMPipeline(str(folder), "CPU", **settings)

        def generate(ids: list[int], count: int) -> list[int]:
            options = openvino_genai.GenerationConfig(max_new_tokens=count, ignore_eos=True, do_sample=False)
            return loaded.generate(openvino.Tensor(numpy.array([ids], dtype=numpy.int64)), options).tokens[0]

        return generate

    def _convert(self, model: str, weights: str, folder: Path) -> None:
        """By the library's own command; its folder holds the tokenizer too, without which no pipeline loads."""
        command = [str(Path(sys.executable).with_name("optimum-cli")), "export", "openvino"]
        command += ["--model", str(self.models / model), "--task", "text-generation-with-past", "--weight-format", weights]
        done = subprocess.run([*command, str(folder)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"optimum-cli could not export {model}: {done.stderr.strip().splitlines()[-1]}")


if __name__ == "__main__":
    serving.main(OpenVinoGenAi, __doc__)
