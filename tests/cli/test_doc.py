"""`plait doc`: what it shows of graphs and of the standard library, as Markdown and as valid pages."""

import unittest
from html.parser import HTMLParser

from support import ROOT, FolderTest, plait

VOID = {"meta", "link", "br", "hr"}
PROSE_ONLY = {"p", "h1", "h2", "h3", "h4", "code", "pre", "a", "title"}
BLOCKS = {"p", "ul", "li", "section", "nav", "header", "main", "pre", "h1", "h2", "h3", "h4"}


class Page(HTMLParser):
    """Holds a page to what HTML wants of it: elements nest and close, ids are there once, links lead to them."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []
        self.seen: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> stays open" for tag in self.open]
        self.faults += [f"#{link} leads nowhere" for link in self.links if link not in self.ids]
        self.faults += [f"id {name} twice" for name in set(self.ids) if self.ids.count(name) > 1]

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        parent = self.open[-1] if self.open else ""
        if tag in BLOCKS and parent in PROSE_ONLY:
            self.faults.append(f"<{tag}> in <{parent}>")
        if (tag == "li") != (parent == "ul"):
            self.faults.append(f"<{tag}> in <{parent}>")
        if tag == "a" and "a" in self.open:
            self.faults.append("a link in a link")
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            elif name == "href":
                self.links.append(value.removeprefix("#"))
            elif name in ("src", "style") or name.startswith("on"):
                self.faults.append(f"{name} in <{tag}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        self.text += data


class TestDoc(FolderTest):
    def test_a_graph_is_shown_with_what_it_declares(self):
        done = plait("doc", ROOT / "graphs" / "cascade.graph")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for part in (
            "# `cascade.graph`\n\nA cascade: a small classifier",
            "- `SURE: float = 0.8` – Below this score the small model counts as unsure.\n",
            "- `by: Model` – Which of the two models answered.\n",
            '- `small = "small"`\n',
            "- `uses small: Small`\n",
            '```graph\napi classify(sentence: string = "What a lovely day!") -> Answer\n```\n\nA call runs only if',
            "## Tests\n\n- `\"what the small model is sure of ends early\"`\n",
        ):
            self.assertIn(part, done.stdout)

    def test_the_standard_library_is_there_by_name(self):
        for path in sorted((ROOT / "stdlib").glob("*.graph")):
            named = plait("doc", f"std.{path.stem}")
            self.assertEqual((named.returncode, named.stderr), (0, ""))
            self.assertTrue(named.stdout.startswith(f"# `std.{path.stem}`\n\n"))
            from_file = plait("doc", path)
            self.assertEqual(named.stdout.splitlines()[1:], from_file.stdout.splitlines()[1:])
        self.assertIn("\n#### `Generator.generate`\n", plait("doc", "std.text").stdout)

    def test_pages_are_valid_and_need_nothing_else(self):
        graphs = [*sorted((ROOT / "graphs").glob("*.graph")), ROOT / "tests" / "golden" / "doc" / "everything.graph", "std.text", "std.vote"]
        for graph in graphs:
            with self.subTest(graph):
                done = plait("doc", graph, "--format", "html")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                page = Page(done.stdout)
                self.assertEqual(page.faults, [])
                self.assertTrue(done.stdout.startswith("<!DOCTYPE html>\n"))
                self.assertFalse(page.seen & {"script", "link", "img", "iframe"})
                self.assertEqual(done.stdout, plait("doc", graph, "--format", "html").stdout)

    def test_types_lead_to_their_declarations(self):
        done = plait("doc", ROOT / "graphs" / "cascade.graph", "--format", "html")
        self.assertIn('-&gt; <a href="#Answer">Answer</a></code></pre>', done.stdout)
        self.assertIn('<section id="Answer">', done.stdout)
        self.assertIn("-&gt; text.Label</code></pre>", done.stdout)

    def test_nothing_in_a_source_is_markup(self):
        evil = "<script>alert('x')</script><img src=x onerror=1>&amp;\"'"
        escaped = evil.replace('"', '\\"')
        path = self.write(
            "evil<b>.graph",
            f'// {evil}\n/// {evil} `{evil}`\nconst A = "{escaped}"\nrecord R {{\n  /// - {evil}\n  a: string = "{escaped}"\n}}\n'
            f'enum E {{ a = "{escaped}" }}\ntest "{escaped}" {{ expect true }}\n',
        )
        done = plait("doc", path, "--format", "html")
        self.assertEqual(done.returncode, 0, done.stderr)
        page = Page(done.stdout)
        self.assertEqual(page.faults, [])
        self.assertFalse(page.seen & {"script", "img", "b"})
        self.assertGreaterEqual(page.text.count(evil), 4)

    def test_faults_of_a_faulty_file_are_told_and_nothing_is_written(self):
        path = self.write("a.graph", "record R {\n  a: \n}\n")
        out = self.folder / "a.md"
        done = plait("doc", path, "-o", out)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("[syntax-error]", done.stderr)
        self.assertFalse(out.exists())

    def test_names_declared_twice_have_places_of_their_own(self):
        path = self.write("a.graph", "record A { a: int }\nrecord A { b: A }\nservice A {\n  api f() -> A { return {} }\n  api f() -> A { return {} }\n}\n")
        page = Page(plait("doc", path, "--format", "html").stdout)
        self.assertEqual(page.faults, [])
        self.assertEqual([name for name in page.ids if name.startswith("A")], ["A", "A-3", "A-2", "A.f", "A.f-2"])

    def test_output_to_files_and_folders(self):
        one, two = self.write("one.graph", "const A = 1\n"), self.write("two.graph", "const B = 2\n")
        page = self.folder / "page.html"
        self.assertEqual(plait("doc", one, "-o", page).returncode, 0)
        self.assertEqual(page.read_text(), plait("doc", one, "--format", "html").stdout)
        self.assertEqual(plait("doc", one, "-o", page, "--format", "markdown").returncode, 0)
        self.assertEqual(page.read_text(), plait("doc", one).stdout)
        done = plait("doc", one, two, "std.list", "-o", f"{self.folder}/new/deep/")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        written = {path.name: path.read_text() for path in (self.folder / "new" / "deep").iterdir()}
        self.assertEqual(written.keys(), {"one.md", "two.md", "std.list.md"})
        self.assertEqual(written["std.list.md"], plait("doc", "std.list").stdout)
        self.assertEqual(plait("doc", one, two, "--format", "html", "-o", self.folder).returncode, 0)
        self.assertTrue((self.folder / "two.html").is_file())

    def test_several_modules_follow_each_other(self):
        one, two = self.write("one.graph", "const A = 1\n"), self.write("two.graph", "const B = 2\n")
        done = plait("doc", one, two)
        self.assertEqual(done.stdout, plait("doc", one).stdout + "\n" + plait("doc", two).stdout)
        missing = plait("doc", self.folder / "nowhere.graph", two)
        self.assertEqual((missing.returncode, missing.stdout), (1, plait("doc", two).stdout))
        self.assertIn("nowhere.graph", missing.stderr)

    def test_wrong_usage(self):
        one = self.write("a/one.graph", "const A = 1\n")
        other = self.write("b/one.graph", "const A = 1\n")
        for words, seen in {
            (): "name .graph files",
            (one, "--format", "pdf"): "markdown or html, not `pdf`",
            (one, other, "--format", "html"): "-o FOLDER/",
            (one, other, "-o", self.folder / "x.md"): "-o FOLDER/",
            (one, other, "-o", f"{self.folder}/"): "would be written to `one.md`",
        }.items():
            with self.subTest(words):
                done = plait("doc", *words)
                self.assertEqual(done.returncode, 2)
                self.assertIn(seen, done.stderr)
        unknown = plait("doc", "std.texts")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("did you mean `std.text`?", unknown.stderr)
        unwritable = plait("doc", one, "-o", "/nowhere/x.md")
        self.assertEqual(unwritable.returncode, 1)
        self.assertIn("cannot write `/nowhere/x.md`", unwritable.stderr)


if __name__ == "__main__":
    unittest.main()
