"""The pages of `plait explain`: each wrong example gives its code and no other error, each right one is right.

The words after `graph` on an example's fence say how it is checked:

  with-models       by `plait check --with-models`, where the models that the pages name are at hand
  locked            after `plait lock`, by `plait check --locked`
  file=NAME         saved under this name; `example.graph` otherwise
  encoding=NAME     saved in this encoding; UTF-8 otherwise

A block of another language that has a `file=` is saved beside the example.
"""

import json
import re
import struct
import sys
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path

from support import ROOT, plait

sys.path.insert(0, str(ROOT / "tools"))

from standins import catalog  # noqa: E402

PAGES = ROOT / "compiler" / "diagnostics" / "explanations"
KINDS = (ROOT / "compiler" / "diagnostics" / "kinds.def").read_text()
CODES = re.findall(r'^X\(\w+, +"([\w-]+)"', KINDS, re.MULTILINE)
MODELS = ("openai-community/gpt2", "google-bert/bert-base-uncased", "FacebookAI/roberta-large-mnli")


@dataclass
class Example:
    text: str
    with_models: bool = False
    locked: bool = False
    file: str = "example.graph"
    encoding: str = "utf-8"
    beside: dict[str, str] = field(default_factory=dict)


def example_under(page: str, heading: str) -> Example:
    """The one example of a section; raises ValueError where the page has another form."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if not section:
        raise ValueError(f"there is no section `{heading}`")
    examples, beside = [], {}
    for language, words, text in re.findall(r"^```(\w+)([^\n]*)\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL):
        options = dict(word.partition("=")[::2] for word in words.split())
        if language != "graph":
            beside[options.pop("file")] = text
        else:
            with_models = options.pop("with-models", None) is not None
            locked = options.pop("locked", None) is not None
            known = {name: options.pop(name) for name in ("file", "encoding") if name in options}
            examples.append(Example(text, with_models, locked, **known))
        if options:
            raise ValueError(f"`{' '.join(options)}` on a fence means nothing")
    (example,) = examples
    example.beside = beside
    return example


def write_metadata(model: catalog.Model, folder: Path) -> None:
    """The configuration and the weights' header at true size; the weights themselves are a hole in the file."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(model.config))
    header, offset = {}, 0
    for tensor in model.tensors:
        header[tensor.name] = {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": [offset, offset + tensor.bytes]}
        offset += tensor.bytes
    text = json.dumps(header).encode()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(file.tell() + offset)


class TestExplanations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.models = Path(folder.name)
        known = {model.name: model for model in catalog.models()}
        for name in MODELS:
            write_metadata(known[name], cls.models / name)

    def codes_of(self, example: Example) -> dict[str, set[str]]:
        """What `plait check` reports, by severity."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / example.file).write_text(example.text, encoding=example.encoding)
            for path, text in example.beside.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
            flags = ("--with-models", "--models", self.models) if example.with_models else ()
            if example.locked:
                locking = plait("lock", "--models", self.models, folder / example.file)
                self.assertEqual(locking.returncode, 0, locking.stderr)
                flags += ("--locked",)
            done = plait("check", "--format", "json", *flags, folder / example.file)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        codes: dict[str, set[str]] = {"error": set(), "warning": set(), "note": set()}
        for diagnostic in json.loads(done.stdout)["diagnostics"]:
            codes[diagnostic["severity"]].add(diagnostic["code"])
        return codes

    def test_wrong_examples_give_their_code_and_no_other_error(self):
        for code in CODES:
            with self.subTest(code):
                codes = self.codes_of(example_under((PAGES / f"{code}.md").read_text(), "Wrong"))
                self.assertIn(code, set().union(*codes.values()))
                self.assertLessEqual(codes["error"], {code})

    def test_right_examples_give_neither_their_code_nor_an_error(self):
        for code in CODES:
            with self.subTest(code):
                codes = self.codes_of(example_under((PAGES / f"{code}.md").read_text(), "Right"))
                self.assertEqual(codes["error"], set())
                self.assertNotIn(code, set().union(*codes.values()))


if __name__ == "__main__":
    unittest.main()
