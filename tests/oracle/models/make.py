"""Records what transformers answers for tiny random models, one folder each: config.json, model.safetensors, expected.json.

Run from the repository's root with an environment that has transformers, torch and safetensors:
    python tests/oracle/models/make.py
"""

import json
import math
import pathlib
import shutil
import sys

import safetensors
import torch
import transformers

HERE = pathlib.Path(__file__).parent
VERSIONS = {"transformers": transformers.__version__, "torch": torch.__version__, "safetensors": safetensors.__version__}


def fill(model, seed):
    """Weights large enough that attention, norms and biases all show in the result."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            is_norm_weight = "norm" in name.lower() and name.endswith("weight") or ".ln_" in name and name.endswith("weight")
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.25 + (1.0 if is_norm_weight else 0.0))


def save(model, name, dtype):
    """Stores the weights in `dtype` and leaves the model with exactly those values in fp32."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    return model.to(torch.float32).eval()


def write_expected(name, expected):
    text = json.dumps({"versions": VERSIONS, **expected}, separators=(",", ":"))
    (HERE / name / "expected.json").write_text(text + "\n")


def rounded(tensor):
    """Far finer than the tolerance, and short."""
    return [round(value, 6) for value in tensor.tolist()]


def ids(generator, length, vocab):
    return torch.randint(0, vocab, (length,), generator=generator).tolist()


@torch.no_grad()
def make_gpt2(name, seed, dtype, hidden, **changes):
    config = transformers.GPT2Config(
        vocab_size=71, n_positions=80, n_embd=hidden, n_layer=2, n_head=3, n_inner=38, bos_token_id=0, eos_token_id=0,
        attn_implementation="eager", **changes)
    model = transformers.GPT2LMHeadModel(config)
    fill(model, seed)
    model = save(model, name, dtype)
    generator = torch.Generator().manual_seed(seed)
    tokens = ids(generator, 79, config.vocab_size)
    logits = model(torch.tensor([tokens])).logits[0]
    prefixes = [1, 2, 7, 63, 64, 65, 79]
    greedy = tokens[:5]
    for _ in range(40):
        greedy.append(int(model(torch.tensor([greedy])).logits[0, -1].argmax()))
    write_expected(name, {
        "tokens": tokens,
        "logits": [{"length": n, "values": rounded(logits[n - 1])} for n in prefixes],
        "greedy": {"prompt": greedy[:5], "continuation": greedy[5:]},
    })


class SplitMix64:
    """The same stream as runtime/nn/random_init.cpp draws from, written from its description."""

    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return z ^ (z >> 31)

    def normal(self, count, deviation):
        values = []
        while len(values) < count:
            u1 = ((self.next() >> 11) + 1) * 2.0**-53
            u2 = (self.next() >> 11) * 2.0**-53
            radius = math.sqrt(-2.0 * math.log(u1))
            values += [radius * math.cos(2 * math.pi * u2) * deviation, radius * math.sin(2 * math.pi * u2) * deviation]
        return values[:count]


@torch.no_grad()
def draw_head(model, names, seed):
    stream = SplitMix64(seed)
    for name in sorted(names):
        weight = model.get_parameter(name + ".weight")
        values = torch.tensor(stream.normal(weight.numel(), model.config.initializer_range), dtype=torch.float64)
        weight.copy_(values.reshape(weight.shape).to(torch.float32))
        model.get_parameter(name + ".bias").zero_()


@torch.no_grad()
def make_classifier(name, seed, dtype, model, heads, token_types):
    fill(model, seed)
    model = save(model, name, dtype)
    generator = torch.Generator().manual_seed(seed)
    batch = []
    for length in [1, 3, 16, 37, 65, 70]:
        types = [int(i > length // 2) for i in range(length)] if token_types else [0] * length
        batch.append({"input_ids": ids(generator, length, model.config.vocab_size), "token_type_ids": types})

    def logits(row):
        extra = {"token_type_ids": torch.tensor([row["token_type_ids"]])} if token_types else {}
        return rounded(model(torch.tensor([row["input_ids"]]), attention_mask=torch.ones(1, len(row["input_ids"])), **extra).logits[0])

    for row in batch:
        row["logits"] = logits(row)
    random_heads = []
    for dropped in heads:
        # A fresh copy, because drawing one head must not show in the next.
        own = {key: value.clone() for key, value in model.state_dict().items()}
        draw_head(model, dropped, 7)
        random_heads.append({"seed": 7, "dropped": dropped, "logits": [logits(row) for row in batch]})
        model.load_state_dict(own)
    write_expected(name, {"batch": batch, "random_heads": random_heads})


def main():
    torch.use_deterministic_algorithms(True)
    make_gpt2("gpt2", 1, torch.float32, 30)
    make_gpt2("gpt2_untied", 2, torch.bfloat16, 24, activation_function="gelu", scale_attn_by_inverse_layer_idx=True,
              tie_word_embeddings=False)
    common = {"vocab_size": 71, "attn_implementation": "eager"}
    make_classifier(
        "bert", 3, torch.float32,
        transformers.BertForSequenceClassification(transformers.BertConfig(
            hidden_size=28, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37, max_position_embeddings=70,
            num_labels=3, **common)),
        [["classifier"], ["bert.pooler.dense", "classifier"]], token_types=True)
    make_classifier(
        "distilbert", 4, torch.bfloat16,
        transformers.DistilBertForSequenceClassification(transformers.DistilBertConfig(
            dim=26, n_layers=2, n_heads=2, hidden_dim=33, max_position_embeddings=70, num_labels=2, **common)),
        [["classifier", "pre_classifier"]], token_types=False)
    make_classifier(
        "roberta", 5, torch.float16,
        transformers.RobertaForSequenceClassification(transformers.RobertaConfig(
            hidden_size=30, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40, max_position_embeddings=72,
            type_vocab_size=1, layer_norm_eps=1e-5, hidden_act="gelu_new", num_labels=3, **common)),
        [["classifier.dense", "classifier.out_proj"]], token_types=False)


if __name__ == "__main__":
    sys.exit(main())
