#!/usr/bin/env python3
"""Runs the bench's encoders with OpenVINO, on request over JSON lines; see harness/peer.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import onnx_export, serving  # noqa: E402

_HINTS = {"fp32": "f32", "bf16": "bf16"}


class OpenVino(serving.Library):
    packages = ("openvino", "torch")

    def encoder(self, model: str, form: str, threads: int) -> serving.Forward:
        import openvino

        folder = self.converted(model, "openvino", lambda folder: self._convert(model, folder))
        # Without the hint the plugin computes in bf16 where the processor can.
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": _HINTS[form],
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
        }
        compiled = openvino.Core().compile_model(str(folder / "model.xml"), "CPU", settings)
        request = compiled.create_infer_request()
        names = [given.any_name for given in compiled.inputs]

        def forward(encoded: dict[str, Any]) -> Any:
            return request.infer({name: encoded[name] for name in names})["logits"].copy()

        return forward

    def _convert(self, model: str, folder: Path) -> None:
        import openvino

        raw = folder / "raw.onnx"
        onnx_export.export(self.models, model, raw)
        openvino.save_model(openvino.convert_model(raw), folder / "model.xml", compress_to_fp16=False)
        raw.unlink()


if __name__ == "__main__":
    serving.main(OpenVino, __doc__)
