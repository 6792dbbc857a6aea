"""The language guide: every example is checked, every value that it states is computed, every command is run.

A block of code says after its backquotes how it is checked:

    graph                  a whole file without errors or warnings, in the form of `plait fmt`; its tests pass
    graph file=NAME        the same, and later blocks and commands of this page find it under that name
    graph surroundings     the same, and the fragments of this page stand below it; not all of it need be used
    graph body             the body of an api, which has `sentence: string` and `sentences: [string]`
    graph member           members of a service
    graph type             a type a line
    graph expr             an expression a line; `// value` behind it is what it gives

    error=CODE, warning=CODE, note=CODE
                           these are exactly what the block gives (fragments: each line, where lines stand alone)
    with-models            checked with the models' metadata

    console                `$ plait …` is run; lines below it are its output, `…` in it stands for any text
"""

import json
import re
import subprocess
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path

from support import PLAIT, ROOT, TINY, plait

GUIDE = ROOT / "graphs" / "guide"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FRAGMENTS = ("body", "member", "type", "expr")
MARKS = ("surroundings", "with-models", *FRAGMENTS)
WITH_MODELS = "plan|dot|run|bench|compile"


@dataclass
class Block:
    page: str
    line: int
    language: str
    text: str
    marks: set[str] = field(default_factory=set)
    file: str = ""
    expected: set[tuple[str, str]] = field(default_factory=set)

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def fragment(self) -> str:
        return next((mark for mark in FRAGMENTS if mark in self.marks), "")


def read_blocks(path: Path) -> list[Block]:
    text = path.read_text()
    blocks = []
    for match in FENCE.finditer(text):
        language, *words = match["info"].split() or [""]
        block = Block(path.name, text.count("\n", 0, match.start()) + 1, language, match["text"])
        for word in words:
            key, _, value = word.partition("=")
            if key == "file":
                block.file = value
            elif key in ("error", "warning", "note"):
                block.expected.add((key, value))
            elif word in MARKS:
                block.marks.add(word)
            else:
                raise ValueError(f"{block.place}: what is `{word}`?")
        blocks.append(block)
    return blocks


def code_lines(text: str) -> list[tuple[str, str]]:
    """Each line's code, and what stands behind `//`."""
    lines = []
    for line in text.splitlines():
        code, _, value = line.partition(" // ")
        if code.strip() and not code.startswith("//"):
            lines.append((code.strip(), value.strip()))
    return lines


def wrapped(block: Block) -> list[str]:
    """The whole files that a fragment makes, without the surroundings."""
    lines = code_lines(block.text)
    match block.fragment:
        case "body":
            edges = "  uses writer: Writer\n  uses judge: Judge\n"
            api = f"  api run(sentence: string, sentences: [string]) -> json {{\n{block.text}  }}\n"
            return [f"service Fragment {{\n{edges}{api}}}\n"]
        case "member":
            return [f"service Fragment {{\n{block.text}}}\n"]
        case "type":
            files = [f"fn fragment(value: {code}) -> int {{ return 1 }}\n" for code, _ in lines]
        case "expr":
            steps = [f"  expect ({code}) == ({value})\n" if value else f"  let _{i} = {code}\n" for i, (code, value) in enumerate(lines)]
            if block.expected:
                return [f'test "fragment" {{\n{step}}}\n' for step in steps]
            return ['test "fragment" {\n' + "".join(steps) + "  expect true\n}\n"]
    return files if block.expected else ["".join(text.replace("fragment", f"fragment{i}") for i, text in enumerate(files))]


class TestGuide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "graphs").symlink_to(ROOT / "graphs")

    def check(self, block: Block, text: str, surroundings: str = ""):
        path = self.folder / (block.file or "example.graph")
        path.write_text(surroundings + text)
        models = ["--with-models", "--models", TINY] if "with-models" in block.marks else []
        done = plait("check", "--format", "json", path.name, *models, cwd=self.folder)
        reports = json.loads(done.stdout)["diagnostics"]
        found = {(report["severity"], report["code"]) for report in reports}
        is_part = surroundings or "surroundings" in block.marks
        known = block.expected | ({("warning", "unused")} if is_part else set())
        found = {item for item in found if item[0] != "note" or item in known} - (known - block.expected)
        self.assertEqual(found, block.expected, f"{block.place}\n{text}\n{plait('check', path.name, cwd=self.folder).stdout}")
        if 'test "' in text and not block.expected:
            done = plait("test", path.name, cwd=self.folder)
            self.assertEqual(done.returncode, 0, f"{block.place}\n{text}\n{done.stdout}{done.stderr}")
        if not surroundings and ("error" not in dict(block.expected)):
            done = plait("fmt", "--diff", "--check", path.name, cwd=self.folder)
            self.assertEqual(done.returncode, 0, f"{block.place}\n{done.stdout}")

    def run_console(self, block: Block):
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            self.assertTrue(command.startswith("plait "), f"{block.place}: {command}")
            runnable = re.sub(rf"^plait ({WITH_MODELS})\b", rf"plait \1 --models {TINY}", command)
            runnable = re.sub(r"^plait", str(PLAIT), runnable)
            done = subprocess.run(["bash", "-c", runnable], cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
            self.assertIn(done.returncode, (0, 1), f"{block.place}: {command}\n{done.stderr}")
            self.assertEqual("error:" in output or "FAIL" in output, done.returncode == 1, f"{block.place}: {command}\n{done.stdout}{done.stderr}")
            if output.strip():
                pattern = ".*".join(re.escape(piece.strip("\n")) for piece in re.split(r"…", output.strip("\n")))
                self.assertRegex((done.stdout + done.stderr).strip("\n"), re.compile(rf"\A{pattern}\Z", re.DOTALL), f"{block.place}: {command}")

    def run_page(self, name: str):
        surroundings = ""
        blocks = read_blocks(GUIDE / name)
        self.assertGreater(len(blocks), 8)
        self.assertEqual(len(blocks), (GUIDE / name).read_text().count("\n```") / 2, "some block is not read")
        for block in blocks:
            with self.subTest(block.place):
                self.run_block(block, surroundings)
            surroundings = block.text + "\n" if "surroundings" in block.marks else surroundings

    def run_block(self, block: Block, surroundings: str):
        if block.language == "console":
            self.run_console(block)
        elif block.fragment:
            for text in wrapped(block):
                self.check(block, text, surroundings)
        else:
            self.assertEqual(block.language, "graph", f"{block.place}: what is this block?")
            self.check(block, block.text)

    def test_tour(self):
        self.run_page("tour.md")

    def test_reference(self):
        self.run_page("reference.md")

    def test_coming_from(self):
        self.run_page("coming-from.md")

    def test_every_page_is_tested_and_links_lead_somewhere(self):
        self.assertEqual({path.name for path in GUIDE.iterdir()}, {"tour.md", "reference.md", "coming-from.md"})
        for page in GUIDE.glob("*.md"):
            for target, _, anchor in (link.partition("#") for link in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text())):
                linked = page.parent / target if target else page
                self.assertTrue(linked.exists(), f"{page.name}: {target}")
                if anchor:
                    headings = re.findall(r"^#+ (.*)$", re.sub(FENCE, "", linked.read_text()), re.MULTILINE)
                    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
                    self.assertIn(anchor, anchors, f"{page.name}: {target}#{anchor}")

    def test_every_word_of_the_language_is_in_the_reference(self):
        """The reserved words, and those that begin declarations and members."""
        text = (GUIDE / "reference.md").read_text()
        tokens = (ROOT / "compiler" / "syntax" / "tokens.def").read_text()
        reserved = re.findall(r'^RESERVED\(\w+, +"(\w+)"\)', tokens, re.MULTILINE)
        self.assertGreater(len(reserved), 20)
        others = "import const record enum task fn service test model resources traffic scale uses api given expect fail fails degraded calls".split()
        for word in reserved + others:
            self.assertRegex(text, rf"`[^`\n]*\b{word}\b[^`\n]*`", word)

    def test_every_module_of_the_library_is_in_the_reference(self):
        text = (GUIDE / "reference.md").read_text()
        for path in (ROOT / "stdlib").glob("*.graph"):
            self.assertIn(f"`std.{path.stem}`", text)
            for name in re.findall(r"^fn (\w+)", path.read_text(), re.MULTILINE):
                self.assertRegex(text, rf"`[^`\n]*\b{name}\b[^`\n]*`", f"{path.stem}.{name}")


if __name__ == "__main__":
    unittest.main()
