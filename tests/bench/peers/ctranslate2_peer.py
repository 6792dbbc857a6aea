#!/usr/bin/env python3
"""Runs the bench's writers with CTranslate2, on request over JSON lines; see harness/peer.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import serving  # noqa: E402

_FORMS = {"fp32": "float32", "int8": "int8"}


class CTranslate2(serving.Library):
    packages = ("ctranslate2",)

    def generator(self, model: str, form: str, threads: int) -> serving.Generate:
        import ctranslate2

        folder = self.converted(model, form, lambda folder: self._convert(model, form, folder))
        loaded = ctranslate2.Generator(
            str(folder), device="cpu", compute_type=_FORMS[form], inter_threads=1, intra_threads=threads
        )
        tokenizer = self.tokenizer(model)

        def generate(ids: list[int], count: int) -> list[int]:
            prompt = [tokenizer.id_to_token(token) for token in ids]
            # The limits count new tokens only. The end token is not to be chosen before they are there.
            limits = {"max_length": count, "min_length": count}
            return loaded.generate_batch([prompt], include_prompt_in_result=False, **limits)[0].sequences_ids[0]

        return generate

    def _convert(self, model: str, form: str, folder: Path) -> None:
        """As the library's own converter does, but from the weights file, so that no PyTorch is needed."""
        from ctranslate2.specs import common_spec, transformer_spec
        from safetensors.numpy import load_file

        config = self.config(model)
        tensors = load_file(self.models / model / "model.safetensors")
        tensors = {name.removeprefix("transformer."): tensor for name, tensor in tensors.items()}
        spec = transformer_spec.TransformerDecoderModelSpec.from_config(
            config["n_layer"], config["n_head"], pre_norm=True, activation=common_spec.Activation.GELUTanh
        )

        def normalise(target: Any, name: str) -> None:
            target.gamma, target.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

        def project(target: Any, name: str) -> None:
            target.weight, target.bias = tensors[f"{name}.weight"].T.copy(), tensors[f"{name}.bias"]

        spec.decoder.scale_embeddings = False
        spec.decoder.embeddings.weight = spec.decoder.projection.weight = tensors["wte.weight"]
        spec.decoder.position_encodings.encodings = tensors["wpe.weight"]
        normalise(spec.decoder.layer_norm, "ln_f")
        for index, layer in enumerate(spec.decoder.layer):
            normalise(layer.self_attention.layer_norm, f"h.{index}.ln_1")
            project(layer.self_attention.linear[0], f"h.{index}.attn.c_attn")
            project(layer.self_attention.linear[1], f"h.{index}.attn.c_proj")
            normalise(layer.ffn.layer_norm, f"h.{index}.ln_2")
            project(layer.ffn.linear_0, f"h.{index}.mlp.c_fc")
            project(layer.ffn.linear_1, f"h.{index}.mlp.c_proj")
        tokenizer = self.tokenizer(model)
        end = tokenizer.id_to_token(config["eos_token_id"])
        spec.register_vocabulary([tokenizer.id_to_token(token) for token in range(config["vocab_size"])])
        spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = end
        spec.validate()
        spec.optimize(quantization=None if form == "fp32" else _FORMS[form])
        spec.save(str(folder))


if __name__ == "__main__":
    serving.main(CTranslate2, __doc__)
