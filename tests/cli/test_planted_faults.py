"""One fault, one report: small faults planted into sources that are right, each to be reported once, at its line, with its code."""

import json
import re
import tempfile
import unittest
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from support import ROOT, plait

ENSEMBLE = "graphs/ensemble.graph"
INFERENCE = "graphs/inference_graph.graph"
MULTI = "graphs/multi_model.graph"
TYPES = "types"
LISTS = "lists"

# What the graphs do not have: constants, records in records, loops, conditions, functions that call each other.
SOURCES = {
    TYPES: """import std.text

const LIMIT = 3
const NAMES: [string] = ["first", "second"]

record Point {
  x: float
  y: float = 0.0
}

record Line {
  from: Point
  to: Point?
  label: string
}

fn middle(line: Line, scale: float = 0.5) -> Point {
  let end = line.to
  let last = if end == null { line.from } else { end }
  let x = (line.from.x + last.x) * scale
  return { x: x, y: line.from.y }
}

fn labels(lines: [Line]) -> [string] {
  let long = [l.label for l in lines if len(l.label) > LIMIT]
  return long + NAMES
}

service Writer {
  resources { cpu: 2, memory: 4GiB }
  traffic { timeout: 20s, concurrency: 4 }
  model lm: text.Generator = hf("openai-community/gpt2")
  api write(prompt: string, count: int = 2) -> [string] {
    let texts = lm.generate(prompt, max_length: 64, num_return_sequences: count)
    return [t.generated_text for t in texts]
  }
}

service Front {
  uses writer: Writer
  api ask(line: Line, is_short: bool = true) -> [string] {
    let point = middle(line, scale: 0.25)
    let prompt = f"from {point.x} to {point.y}: {line.label}"
    return if is_short { writer.write(prompt, count: 1) } else { writer.write(prompt) }
  }
}
""",
}

SOURCES[LISTS] = """record Entry {
  name: string
  weight: float
}

fn entries() -> [Entry] {
  return [
    { name: "one", weight: 1.0 },
    { name: "two", weight: 2.0 }
  ]
}

fn nested() -> [[int]] {
  return [
    [1, 2],
    [3],
    [4]
  ]
}

fn sum(a: int, b: int) -> int { return a + b }

fn texts() -> [string] {
  let total = sum(
    2,
    3
  )
  return [
    "one",
    "two",
    "three"
  ] + [f"{total}"]
}
"""


@dataclass
class Fault:
    """`old`, which stands once in the source, becomes `new`; the report is at the line of `old`, or `lines` further down.

    A name that changes everywhere is reported where it stands first.
    """

    source: str
    old: str
    new: str
    code: str
    lines: int = 0
    is_everywhere: bool = False


FAULTS = [
    # Text and syntax.
    Fault(TYPES, "timeout: 20s", "timeout: 20sec", "unknown-unit"),
    Fault(TYPES, "timeout: 20s", "timeout: 1GB", "unknown-unit"),
    Fault(TYPES, "memory: 4GiB", "memory: 4G", "unknown-unit"),
    Fault(TYPES, "cpu: 2,", "cpu: 2GB,", "unknown-unit"),
    Fault(TYPES, "end", "to", "reserved-word", is_everywhere=True),
    Fault(TYPES, "last", "match", "reserved-word", is_everywhere=True),
    Fault(TYPES, "LIMIT", "within", "reserved-word", is_everywhere=True),
    Fault(TYPES, "writer", "retry", "reserved-word", is_everywhere=True),
    Fault(TYPES, "lm", "repeat", "reserved-word", is_everywhere=True),
    Fault(TYPES, "long", "let", "reserved-word", is_everywhere=True),
    Fault(TYPES, "prompt", "if", "reserved-word", is_everywhere=True),
    Fault(TYPES, "fn labels(", "fn with(", "reserved-word"),
    Fault(TYPES, "l", "up", "reserved-word", is_everywhere=True),
    Fault(LISTS, "total", "null", "reserved-word", is_everywhere=True),
    Fault(TYPES, "* scale\n", "* \n", "syntax-error"),
    Fault(TYPES, "return long + NAMES", "return long NAMES", "syntax-error"),
    Fault(TYPES, "return { x: x, y", "return { x: x y", "missing-separator"),
    Fault(TYPES, '["first", "second"]', '["first" "second"]', "missing-separator"),
    Fault(TYPES, "(line.from.x + last.x) *", "(line.from.x + last.x *", "unclosed"),
    Fault(TYPES, '"second"]', '"second]', "unclosed"),
    Fault(TYPES, "fn labels(lines: [Line])", "fn labels(lines: [Line]", "syntax-error"),
    Fault(TYPES, "label: string\n}", "label: string\n", "unclosed", -3),
    Fault(TYPES, "> LIMIT]", "> LIMIT > 1]", "chained-comparison"),
    Fault(TYPES, "end == null", "end is null", "foreign-syntax"),
    Fault(TYPES, "is_short: bool = true", "is_short: bool = True", "foreign-syntax"),
    Fault(TYPES, "scale: 0.25", "scale=0.25", "foreign-syntax"),
    Fault(TYPES, "writer.write(prompt, count: 1)", "await writer.write(prompt, count: 1)", "foreign-syntax"),
    Fault(TYPES, " else { writer.write(prompt) }", "", "if-without-else"),
    Fault(TYPES, "  return long + NAMES\n", "", "return-position", 0),
    Fault(TYPES, "is_short { writer", "is_short { return writer", "return-position"),
    Fault(TYPES, "+ last.x) * scale", "+ last.x) * scale within 1s", "guard-not-call"),
    Fault(TYPES, "scale: 0.25)", "scale: 0.25) retry 1 within 1s", "guard-order"),
    Fault(TYPES, "scale: 0.25)", "scale: 0.25) within 1s within 2s", "guard-order"),
    Fault(ENSEMBLE, "input_data, labels)\n      sent", "input_data, labels) sent", "missing-separator"),
    Fault(ENSEMBLE, "    input_data: string,\n", "    input_data: string\n", "missing-separator", 1),
    Fault(INFERENCE, "scorer.score(t) } for", "scorer.score(t) for", "unclosed"),
    Fault(INFERENCE, "in writers]\n", "in writers\n", "unclosed"),
    Fault(LISTS, "},\n    {", "}\n    {", "missing-separator", 1),
    Fault(LISTS, "    [3],\n", "    [3]\n", "missing-separator", 1),
    Fault(LISTS, '"two",\n', '"two"\n', "missing-separator", 1),
    Fault(LISTS, "  2,\n", "  2\n", "missing-separator", 1),
    # Names.
    Fault(TYPES, "+ NAMES", "+ NAME", "unknown-name"),
    Fault(TYPES, "uses writer: Writer", "uses writer: Writr", "unknown-name"),
    Fault(TYPES, "let texts =", "let txts =", "unknown-name", 1),
    Fault(TYPES, "lm: text.Generator", "lm: text.Generatr", "unknown-name"),
    Fault(TYPES, "lm: text.Generator", "lm: txt.Generator", "unknown-name"),
    Fault(TYPES, "import std.text", "import std.texts", "import-not-found"),
    Fault(TYPES, "line: Line, scale", "line: Lin, scale", "unknown-name"),
    Fault(TYPES, "to: Point?", "to: Pont?", "unknown-name"),
    Fault(TYPES, "record Line {", "record Point { x: float }\n\nrecord Line {", "duplicate-name"),
    Fault(TYPES, "  to: Point?\n", "  to: Point?\n  from: Point?\n", "duplicate-name", 1),
    Fault(TYPES, "let prompt =", "let point = middle(line)\n    let prompt =", "duplicate-name"),
    Fault(TYPES, "l", "lines", "hidden-name", is_everywhere=True),
    Fault(TYPES, "let texts = lm.generate(", "let texts = lm(", "not-callable"),
    Fault(TYPES, "return long +", "return labels +", "not-a-value"),
    # Calls.
    Fault(TYPES, "scale: 0.25", "scal: 0.25", "unknown-argument"),
    Fault(TYPES, "scale: 0.25", "by: .x", "unknown-argument"),
    Fault(TYPES, "scale: 0.25", "scale: 0.25, scale: 0.5", "argument-order"),
    Fault(TYPES, "middle(line, scale: 0.25)", "middle(scale: 0.25)", "missing-argument"),
    Fault(TYPES, "max_length: 64", "max_lenght: 64", "unknown-argument"),
    # Values and types.
    Fault(TYPES, "const LIMIT = 3", 'const LIMIT: int = "3"', "type-mismatch"),
    Fault(TYPES, "scale: float = 0.5", 'scale: float = "half"', "type-mismatch"),
    Fault(TYPES, "y: line.from.y }", "y: line.label }", "type-mismatch"),
    Fault(TYPES, "y: line.from.y }", "z: line.from.y }", "record-fields"),
    Fault(TYPES, "return { x: x, y: line.from.y }", "return { y: line.from.y }", "record-fields"),
    Fault(TYPES, "{point.x}", "{point.z}", "unknown-field"),
    Fault(TYPES, "(line.from.x + last.x)", "(end.x + last.x)", "optional-unhandled"),
    Fault(TYPES, "const LIMIT = 3", "const LIMIT = 99999999999999999999", "number-range"),
    Fault(TYPES, "middle(line, scale: 0.25)", "{}", "untyped-literal"),
    Fault(TYPES, "count: int = 2", "count: int = len(prompt)", "not-constant"),
    Fault(TYPES, "-> [string] {\n  let long", "-> [int] {\n  let long", "type-mismatch", 2),
    Fault(MULTI, "service MultiModelService", "servce MultiModelService", "syntax-error"),
    # Models and settings.
    Fault(TYPES, "timeout: 20s", "timeot: 20s", "unknown-option"),
    Fault(TYPES, "timeout: 20s", "timeout: 20", "type-mismatch"),
    Fault(TYPES, "memory: 4GiB", "memory: 4s", "type-mismatch"),
    Fault(TYPES, "concurrency: 4", "concurrency: 0", "number-range"),
]


def text_of(source: str) -> str:
    return SOURCES.get(source) or (ROOT / source).read_text()


def places_of(fault: Fault) -> list[int]:
    """The offsets of what the fault replaces."""
    pattern = rf"\b{fault.old}\b" if fault.is_everywhere else re.escape(fault.old)
    places = [found.start() for found in re.finditer(pattern, text_of(fault.source))]
    if not places or (len(places) > 1 and not fault.is_everywhere):
        raise ValueError(f"{fault.old!r} stands {len(places)} times in {fault.source}")
    return places


def plant(faults: list[Fault]) -> tuple[str, list[tuple[int, str]]]:
    """The source with the faults in it, and the lines and codes of the reports that they are to bring."""
    text = text_of(faults[0].source)
    changes = sorted((place, fault.old, fault.new) for fault in faults for place in places_of(fault))
    expected = []
    for fault in faults:
        first = places_of(fault)[0]
        grown = sum(new.count("\n") - old.count("\n") for place, old, new in changes if place < first)
        expected.append((text[:first].count("\n") + 1 + fault.lines + grown, fault.code))
    for place, old, new in reversed(changes):
        text = text[:place] + new + text[place + len(old) :]
    return text, sorted(expected)


def declaration_of(fault: Fault) -> int:
    """The number of the declaration that the fault is in: one begins behind each empty line."""
    return text_of(fault.source)[: places_of(fault)[0]].count("\n\n")


def combinations(source: str, count: int) -> Iterable[list[Fault]]:
    """Most faults of the source with others of other declarations, `count` in all."""
    by_declaration: dict[int, list[Fault]] = {}
    for fault in FAULTS:
        # A model of a module that is not there hides what is wrong with the model.
        if fault.source == source and not fault.is_everywhere and fault.code != "import-not-found":
            by_declaration.setdefault(declaration_of(fault), []).append(fault)
    numbers = sorted(by_declaration)
    for turn in range(max(map(len, by_declaration.values()))):
        first = turn % len(numbers)
        chosen = [numbers[(first + i) % len(numbers)] for i in range(count)]
        yield [by_declaration[number][turn % len(by_declaration[number])] for number in chosen]


class TestPlantedFaults(unittest.TestCase):
    def errors_of(self, text: str) -> list[tuple[int, str]]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "main.graph"
            path.write_text(text)
            done = plait("check", "--quiet", "--format", "json", path)
        self.assertEqual(done.stderr, "")
        return [(item["range"]["begin"]["line"], item["code"]) for item in json.loads(done.stdout)["diagnostics"]]

    def test_the_sources_are_right(self):
        for source in {fault.source for fault in FAULTS}:
            self.assertEqual(self.errors_of(text_of(source)), [], source)

    def test_one_fault_brings_one_report(self):
        for fault in FAULTS:
            with self.subTest(f"{fault.source}: {fault.old!r} -> {fault.new!r}"):
                text, expected = plant([fault])
                self.assertEqual(self.errors_of(text), expected)

    def test_five_faults_bring_five_reports(self):
        for faults in combinations(TYPES, 5):
            with self.subTest([(fault.old, fault.new) for fault in faults]):
                text, expected = plant(faults)
                self.assertEqual(self.errors_of(text), expected)


if __name__ == "__main__":
    unittest.main()
