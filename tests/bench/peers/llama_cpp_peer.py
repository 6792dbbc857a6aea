#!/usr/bin/env python3
"""Runs the bench's writers with llama.cpp through llama-cpp-python, on request over JSON lines; see harness/peer.py."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import serving, workloads  # noqa: E402
from harness.workloads import Precision  # noqa: E402

# 16-bit weights come in two forms, and which is faster depends on the processor's instructions.
_FORMS = {Precision.FP32: ("F32",), Precision.BF16: ("F16", "BF16"), Precision.INT8: ("Q8_0",)}
_TENSORS = {  # of layer %d: where it is in the checkpoint, where GGUF has it
    "ln_1": "attn_norm",
    "attn.c_attn": "attn_qkv",
    "attn.c_proj": "attn_output",
    "ln_2": "ffn_norm",
    "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}


class LlamaCpp(serving.Library):
    packages = ("llama-cpp-python",)

    def forms(self, precision: Precision) -> tuple[str, ...]:
        return _FORMS[precision]

    def generator(self, model: str, form: str, threads: int) -> serving.Generate:
        import llama_cpp

        folder = self.converted(model, form, lambda folder: self._convert(model, form, folder))
        # Keys and values are kept in 16 bits unless told otherwise, and those of fp32 in fp32.
        kept = llama_cpp.GGML_TYPE_F32 if form == "F32" else llama_cpp.GGML_TYPE_F16
        loaded = llama_cpp.Llama(
            str(folder / "model.gguf"),
            n_ctx=workloads.MAX_LENGTH,
            n_threads=threads,
            n_threads_batch=threads,
            type_k=kept,
            type_v=kept,
            verbose=False,
        )

        def generate(ids: list[int], count: int) -> list[int]:
            loaded.reset()  # or the last run's prompt would be taken for read
            return list(itertools.islice(loaded.generate(ids, top_k=1, temp=0.0, repeat_penalty=1.0), count))

        return generate

    def _convert(self, model: str, form: str, folder: Path) -> None:
        """As llama.cpp's converter for GPT-2, which no package carries, writes it."""
        import gguf
        from safetensors.numpy import load_file

        config = self.config(model)
        tensors = load_file(self.models / model / "model.safetensors")
        tensors = {name.removeprefix("transformer."): tensor for name, tensor in tensors.items()}
        writer = gguf.GGUFWriter(folder / "model.gguf", "gpt2")
        writer.add_name(model)
        writer.add_context_length(config["n_positions"])
        writer.add_embedding_length(config["n_embd"])
        writer.add_block_count(config["n_layer"])
        writer.add_feed_forward_length(4 * config["n_embd"])
        writer.add_head_count(config["n_head"])
        writer.add_layer_norm_eps(config["layer_norm_epsilon"])
        self._add_tokenizer(writer, model, config)
        kind = gguf.GGMLQuantizationType[form]

        def add(name: str, tensor) -> None:
            # As in its converter: tables of positions and vectors stay in fp32.
            as_kind = kind if tensor.ndim == 2 and name != "position_embd.weight" else gguf.GGMLQuantizationType.F32
            writer.add_tensor(name, gguf.quantize(tensor, as_kind), raw_dtype=as_kind)

        add("token_embd.weight", tensors["wte.weight"])
        add("position_embd.weight", tensors["wpe.weight"])
        for part in ("weight", "bias"):
            add(f"output_norm.{part}", tensors[f"ln_f.{part}"])
        for layer in range(config["n_layer"]):
            for theirs, ours in _TENSORS.items():
                for part in ("weight", "bias"):
                    tensor = tensors[f"h.{layer}.{theirs}.{part}"]
                    add(f"blk.{layer}.{ours}.{part}", tensor.T.copy() if tensor.ndim == 2 else tensor)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

    def _add_tokenizer(self, writer, model: str, config: dict) -> None:
        import gguf

        tokenizer = json.loads((self.models / model / "tokenizer.json").read_text(encoding="utf-8"))
        merges = tokenizer["model"]["merges"]
        known = self.tokenizer(model)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("gpt-2")
        writer.add_token_list([known.id_to_token(token) for token in range(config["vocab_size"])])
        kinds = [gguf.TokenType.NORMAL] * config["vocab_size"]
        kinds[config["eos_token_id"]] = gguf.TokenType.CONTROL
        writer.add_token_types(kinds)
        writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
        writer.add_bos_token_id(config["bos_token_id"])
        writer.add_eos_token_id(config["eos_token_id"])


if __name__ == "__main__":
    serving.main(LlamaCpp, __doc__)
