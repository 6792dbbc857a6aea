"""The calls whose answers are recorded.

Kinds of case: `generate`, `classify`, `zero_shot` and `embed` are one call to one model, `embed_all` is one call a text, `hidden` is the last token's
hidden state after every layer, `api` is an entry of one of the page's graphs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from reference.models import (
    BERT,
    CLASSIFIERS,
    DISTILBERT,
    DISTILROBERTA,
    EMBEDDER,
    EVERY,
    LABELS,
    ROBERTA_MNLI,
    TEMPLATE,
    WRITERS,
    Models,
    Writer,
)

Case = dict[str, Any]

DEFAULT = "I have an idea!"
REVIEW = "The plot was thin, but I still enjoyed every minute of it."
LONG = (
    "When the committee met again in the spring, nobody could say who had ordered the bridge to be built, why it "
    "ended in the middle of the river, or where the money had gone; and yet, as the oldest member pointed out, "
    "the report had been signed, stamped, copied 3,147 times, and sent to every town between here and the sea. "
)
TEXTS = {
    "default": DEFAULT,
    "review": REVIEW,
    "unicode": "Naïve café – Ünïcödé, 你好世界, Привет! 😀🎉",
    "long": LONG * 2,
    "one_character": "x",
    "space": " ",
    "whitespace": "tabs\tand\n\nnew  lines ",
    "special_tokens": "<s>[CLS] not <mask> a [SEP] special</s> token",
}
PROMPTS = {
    "default": DEFAULT,
    "unicode": "Naïve café – 你好! 😀",
    "one_character": "x",
    "space": " ",
    "whitespace": "Two\n\nlines \tand",
    "empty": "",
}
# The widest hidden state that is written out; a true model's would fill the file.
_WIDEST = 64


def all_cases(models: Models) -> Iterator[Case]:
    """Every case with its answer, in a fixed order."""
    for name in WRITERS:
        yield from _generate_cases(name, models.writer(name))
    for name in CLASSIFIERS:
        yield from _classify_cases(name, models)
    yield from _zero_shot_cases(models)
    yield from _embed_cases(models)
    for name in EVERY:
        yield from _hidden_cases(name, models)
    yield from _api_cases(models)


def _short(name: str) -> str:
    return name.split("/")[1]


def _generate_cases(name: str, writer: Writer) -> Iterator[Case]:
    for key, prompt in PROMPTS.items():
        yield _generate(name, writer, key, prompt, {"max_length": 128})
    yield _generate(name, writer, "long", LONG, {"max_length": 512})
    yield _generate(name, writer, "max_new_tokens", DEFAULT, {"max_new_tokens": 7})
    yield _generate(name, writer, "one_token", DEFAULT, {"max_new_tokens": 1})
    yield _generate(name, writer, "repetition_penalty", DEFAULT, {"max_length": 128, "repetition_penalty": 1.3})
    yield _generate(name, writer, "repetition_reward", DEFAULT, {"max_new_tokens": 40, "repetition_penalty": 0.8})
    stop = _inside(writer.write(DEFAULT, max_length=128).generated_text[len(DEFAULT) :])
    yield _generate(name, writer, "stop", DEFAULT, {"max_length": 128, "stop_strings": [stop]})
    stops = ["never written", stop]
    yield _generate(name, writer, "stop_of_two", DEFAULT, {"max_length": 128, "stop_strings": stops})
    yield _refused(name, writer, "max_length_below_prompt", LONG, {"max_length": 4})
    yield _refused(name, writer, "several_greedy_sequences", DEFAULT, {"max_length": 128, "num_return_sequences": 2})


def _generate(name: str, writer: Writer, key: str, prompt: str, options: dict[str, Any]) -> Case:
    written = writer.write(prompt, **options)
    return {
        "name": f"generate/{_short(name)}/{key}",
        "kind": "generate",
        "model": name,
        "input": {"prompt": prompt, **options},
        "prompt_ids": written.prompt_ids,
        "ids": written.ids,
        "smallest_gap": written.smallest_gap,
        "output": [{"generated_text": written.generated_text}],
    }


def _refused(name: str, writer: Writer, key: str, prompt: str, options: dict[str, Any]) -> Case:
    case = {"name": f"generate/{_short(name)}/{key}", "kind": "generate", "model": name}
    case["input"] = {"prompt": prompt, **options}
    try:
        writer.write(prompt, **options)
    except ValueError as error:
        return {**case, "error": str(error)}
    raise RuntimeError(f"{case['name']} was expected to be refused")


def _inside(text: str) -> str:
    """Five characters from the middle of a text, across its tokens, that came from whole code points."""
    for start in range(len(text) // 3, len(text) - 5):
        if "\ufffd" not in text[start : start + 5]:
            return text[start : start + 5]
    raise RuntimeError("the text has no five whole characters in a row")


def _classify_cases(name: str, models: Models) -> Iterator[Case]:
    classifier = models.classifier(name)
    for key, text in {**TEXTS, "empty": ""}.items():
        ids, logits = classifier.logits(text)
        yield {
            "name": f"classify/{_short(name)}/{key}",
            "kind": "classify",
            "model": name,
            "head_is_random": classifier.head_is_random,
            "input": {"text": text},
            "ids": ids,
            "logits": logits,
            "output": [classifier.classify(text)],
        }


def _zero_shot_cases(models: Models) -> Iterator[Case]:
    for key, text in TEXTS.items():
        yield _zero_shot(models, key, text, LABELS)
    yield _zero_shot(models, "one_label", REVIEW, ["film"])
    yield _zero_shot(models, "five_labels", REVIEW, ["film", "sport", "bridge building", "Köln", "x"])
    yield _zero_shot(models, "multi_label", REVIEW, LABELS, multi_label=True)
    yield _zero_shot(models, "template", REVIEW, LABELS, template="This example is {}.")


def _zero_shot(
    models: Models, key: str, text: str, labels: list[str], template: str = TEMPLATE, multi_label: bool = False
) -> Case:
    classifier = models.classifier(ROBERTA_MNLI)
    pairs = [classifier.logits(text, template.format(label)) for label in labels]
    return {
        "name": f"zero_shot/{_short(ROBERTA_MNLI)}/{key}",
        "kind": "zero_shot",
        "model": ROBERTA_MNLI,
        "head_is_random": classifier.head_is_random,
        "input": {"text": text, "labels": labels, "hypothesis_template": template, "multi_label": multi_label},
        "ids": [ids for ids, _ in pairs],
        "logits": [logits for _, logits in pairs],
        "output": classifier.choose(text, labels, template, multi_label),
    }


def _embed_cases(models: Models) -> Iterator[Case]:
    embedder = models.embedder(EMBEDDER)
    texts = {**TEXTS, "empty": "", "cut": LONG * 6}
    for key, text in texts.items():
        ids, vector = embedder.embed(text)
        yield {
            "name": f"embed/{_short(EMBEDDER)}/{key}",
            "kind": "embed",
            "model": EMBEDDER,
            "input": {"text": text},
            "ids": ids,
            "output": vector,
        }
    several = [REVIEW, DEFAULT, REVIEW, "", DEFAULT, " " + REVIEW]
    yield {
        "name": f"embed/{_short(EMBEDDER)}/several",
        "kind": "embed_all",
        "model": EMBEDDER,
        "input": {"texts": several},
        "output": [embedder.embed(text)[1] for text in several],
    }


def _hidden_cases(name: str, models: Models) -> Iterator[Case]:
    """State 0 is what the first layer gets; GPT-2's last state is after its final normalisation."""
    loaded = models.writer(name) if name in WRITERS else models.classifier(name)
    if loaded.model.config.hidden_size > _WIDEST:
        return
    encoded = loaded.tokenizer(DEFAULT, return_tensors="pt")
    with torch.inference_mode():
        states = loaded.model(**encoded, output_hidden_states=True).hidden_states
    yield {
        "name": f"hidden/{_short(name)}",
        "kind": "hidden",
        "model": name,
        "input": {"text": DEFAULT},
        "ids": encoded.input_ids[0].tolist(),
        "output": [state[0, -1].tolist() for state in states],
    }


def _api_cases(models: Models) -> Iterator[Case]:
    for key, text in PROMPTS.items():
        if text:
            yield _api("inference_graph", "InferenceGraph.generate_score", key, {"original_sentence": text}, models)
    for key, text in TEXTS.items():
        given = {"input_data": text}
        yield _api("multi_model", "MultiModelService.process_a", key, given, models)
        yield _api("multi_model", "MultiModelService.process_b", key, given, models)
        yield _api("multi_model", "MultiModelService.combined_process", key, given, models)
        yield _api("sequential", "InferenceService.predict", key, given, models)
        yield _api("ensemble", "EnsembleService.ensemble_predict", key, given, models)
    given = {"input_data": REVIEW, "labels": ["sport", "film"]}
    yield _api("multi_model", "MultiModelService.process_a", "labels", given, models)
    yield _api("ensemble", "EnsembleService.ensemble_predict", "labels", given, models)


def _api(graph: str, entry: str, key: str, given: dict[str, Any], models: Models) -> Case:
    return {
        "name": f"api/{entry}/{key}",
        "kind": "api",
        "graph": f"graphs/{graph}.graph",
        "entry": entry,
        "input": given,
        "output": _ENTRIES[entry](models, **given),
    }


def _generate_score(models: Models, original_sentence: str) -> Any:
    """The reference graph: two writers, then one score for each text."""
    texts = [models.writer(name).write(original_sentence, max_length=128).generated_text for name in WRITERS]
    scorer = models.classifier(BERT)
    return [{"generated": text, "score": scorer.classify(text)["score"]} for text in texts]


def _process_a(models: Models, input_data: str, labels: list[str] = LABELS) -> Any:
    return models.classifier(ROBERTA_MNLI).choose(input_data, labels, TEMPLATE)


def _process_b(models: Models, input_data: str) -> Any:
    return models.classifier(DISTILBERT).classify(input_data)


def _combined_process(models: Models, input_data: str, labels: list[str] = LABELS) -> Any:
    return {
        "classification": _process_a(models, input_data, labels),
        "sentiment": _process_b(models, input_data),
    }


def _predict(models: Models, input_data: str) -> Any:
    """As the page meant it: the second model reads the first one's label before the text."""
    first = models.classifier(DISTILBERT).classify(input_data)
    second = models.classifier(DISTILROBERTA).classify(f"{first['label']}: {input_data}")
    return {"preprocessing_result": first, "final_result": second}


def _ensemble_predict(models: Models, input_data: str, labels: list[str] = LABELS) -> Any:
    return {
        "zero_shot_classification": _process_a(models, input_data, labels),
        "sentiment_analysis": _process_b(models, input_data),
    }


_ENTRIES = {
    "InferenceGraph.generate_score": _generate_score,
    "MultiModelService.process_a": _process_a,
    "MultiModelService.process_b": _process_b,
    "MultiModelService.combined_process": _combined_process,
    "InferenceService.predict": _predict,
    "EnsembleService.ensemble_predict": _ensemble_predict,
}
