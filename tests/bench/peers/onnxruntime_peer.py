#!/usr/bin/env python3
"""Runs the bench's encoders with ONNX Runtime, on request over JSON lines; see harness/peer.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import onnx_export, serving  # noqa: E402


class OnnxRuntime(serving.Library):
    packages = ("onnxruntime", "torch")

    def encoder(self, model: str, form: str, threads: int) -> serving.Forward:
        import onnxruntime

        folder = self.converted(model, "onnx-optimised", lambda folder: self._convert(model, folder))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
        names = [given.name for given in session.get_inputs()]

        def forward(encoded: dict[str, Any]) -> Any:
            return session.run(["logits"], {name: encoded[name] for name in names})[0]

        return forward

    def _convert(self, model: str, folder: Path) -> None:
        """Exported, then fused by the library's own optimiser for transformers."""
        from onnxruntime.transformers import optimizer

        raw = folder / "raw.onnx"
        onnx_export.export(self.models, model, raw)
        config = self.config(model)
        # "bert" is the library's name for the architecture of all three families.
        optimised = optimizer.optimize_model(
            str(raw),
            "bert",
            num_heads=config.get("num_attention_heads", config.get("n_heads")),
            hidden_size=config.get("hidden_size", config.get("dim")),
            opt_level=1,
        )
        optimised.save_model_to_file(str(folder / "model.onnx"))
        raw.unlink()


if __name__ == "__main__":
    serving.main(OnnxRuntime, __doc__)
