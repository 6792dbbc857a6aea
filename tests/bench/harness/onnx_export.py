"""Encoders as ONNX files, for the peers that read them."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[3]
# What a model may take, with a value that any vocabulary has.
INPUTS = {"input_ids": 5, "attention_mask": 1, "token_type_ids": 0}


def export(models: Path, model: str, path: Path) -> None:
    """Writes a classifier with its head, drawn where the checkpoint has none, with free numbers of texts and tokens."""
    sys.path.insert(0, str(PROJECT / "tools" / "oracle"))
    import torch
    from reference.models import Classifier

    loaded = Classifier(models / model, 0).model
    # The written-out attention is what the peers' optimisers look for.
    loaded.set_attn_implementation("eager")
    names = inputs_of(loaded)

    class Traced(torch.nn.Module):
        """Gives the model the mask that it adds to the scores: what it does to make one cannot be traced."""

        def __init__(self) -> None:
            super().__init__()
            self.model = loaded

        def forward(self, ids: Any, mask: Any, *rest: Any) -> Any:
            added = (1.0 - mask[:, None, None, :].to(torch.float32)) * torch.finfo(torch.float32).min
            return self.model(ids, attention_mask=added, **dict(zip(names[2:], rest))).logits

    free = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        Traced().eval(),
        tuple(torch.full((2, 8), INPUTS[name]) for name in names),
        str(path),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={**{name: free for name in names}, "logits": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )


def inputs_of(model: Any) -> list[str]:
    """Which inputs a model of the reference library takes."""
    takes = inspect.signature(model.forward).parameters
    return [name for name in INPUTS if name in takes]
