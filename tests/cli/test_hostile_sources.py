"""A megabyte of nonsense is answered in a second, with few words and without a crash."""

import resource
import subprocess
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path

from support import plait

SIZE = 1 << 20
MANY = 40_000  # as many short names as fit twice into SIZE


def repeated(text: str, start: str = "", end: str = "") -> str:
    return start + text * ((SIZE - len(start) - len(end)) // len(text)) + end


def numbered(line: Callable[[int], str], start: str = "", end: str = "") -> str:
    """Lines with their numbers in them, up to SIZE."""
    lines, size, number = [], len(start) + len(end), 0
    while size < SIZE:
        lines.append(line(number))
        size += len(lines[-1])
        number += 1
    return start + "".join(lines[:-1]) + end


def joined(item: Callable[[int], str], count: int = MANY) -> str:
    return ", ".join(map(item, range(count)))


EDGES = "service A {\n  api a() -> int { return 1 }\n}\nservice B {\n  api a() -> int { return 1 }\n}\n"

SHAPES = {
    # Syntax.
    "parentheses": repeated("(", "const A = "),
    "brackets": repeated("[", "const A = "),
    "braces": repeated("{", "const A = "),
    "closing brackets": repeated(")"),
    "types in brackets": repeated("[", "fn f(x: "),
    "fields of fields": repeated("a.", "const A = "),
    "indices": repeated("[0]", "const A = a"),
    "calls of calls": repeated("()", "const A = a"),
    "one line of names": repeated("ab ", "const A = "),
    "lines of names": repeated("ab\n"),
    "one long name": repeated("a", "const ", " = 1\n"),
    "commas": repeated(",", "fn f("),
    "quotes": repeated('"'),
    "long quotes": repeated('"""a'),
    "format strings in format strings": repeated('f"{', "const A = "),
    "a format string of many parts": repeated("{x} ", 'fn f(x: int) -> string { return f"', '" }\n'),
    "escapes": repeated("\\q", 'const A = "', '"\n'),
    "comments": repeated("/* "),
    "bytes of zero": repeated("\0"),
    "signs": repeated("-", "const A = "),
    "sums": repeated(" + 1", "const A = 1"),
    "comparisons": repeated(" < b", "const A = a"),
    "branches": repeated("if x == 1 { 1 } else ", "fn f(x: int) -> int { return ", "{ 2 } }\n"),
    "guards": repeated(" otherwise f(x)", "fn f(x: int) -> int { return f(x)", " }\n"),
    "pipes": repeated(" |> f", "fn f(x: int) -> int { return x", " }\n"),
    "loops": numbered(lambda i: f"for x{i} in xs ", "fn f(xs: [int]) -> [int] { return [1 ", "] }\n"),
    "words of declarations": repeated("fn\n"),
    "items without commas": repeated("1 ", "const A = [", "]"),
    "records in a list": repeated("{ a: 1 }, ", "const A = [", "]"),
    "members that are none": repeated("x y\n", "service S {\n", "}\n"),
    # Declarations.
    "one record again and again": repeated("record R { x: int }\n"),
    "one constant again and again": repeated("const A = 1\n"),
    "one function again and again": repeated("fn f() -> int { return 1 }\n"),
    "one field again and again": repeated("  x: int\n", "record R {\n", "}\n"),
    "one parameter again and again": repeated("x: int, ", "fn f(", ") -> int { return 1 }\n"),
    "one setting again and again": repeated("cpu: 1\n", "service S {\n resources {\n", "} }\n"),
    "one import again and again": repeated("import std.text\n"),
    "imports that are not there": numbered(lambda i: f'import "a{i}.graph" as a{i}\n'),
    "records": numbered(lambda i: f"record R{i} {{ a: int, b: R{i + 1}? }}\n"),
    "records in records": numbered(lambda i: f"record R{i} {{ a: R{i + 1}, b: R{i + 1} }}\n", end="fn f(r: R0) -> R0 { return r }\n"),
    "fields of unknown types": numbered(lambda i: f"  a{i}: T{i}\n", "record R {\n", "}\n"),
    "constants of the next": numbered(lambda i: f"const A{i} = A{i + 1}\n"),
    "constants of the one before": numbered(lambda i: f"const A{i + 1} = A{i} + 1\n", "const A0 = 1\n"),
    "functions that call the next": numbered(lambda i: f"fn f{i}(x: int) -> int {{ return f{i + 1}(x) }}\n"),
    "functions that double": numbered(
        lambda i: f"fn f{i + 1}(x: int) -> int {{ return f{i}(x) + f{i}(x + 1) }}\n",
        "fn f0(x: int) -> int { return x }\nservice S { api a(x: int) -> int { return f9999(x) } }\n",
    ),
    "services": numbered(lambda i: f"service S{i} {{\n  uses n: S{i + 1}\n  api a(x: int) -> int {{ return n.a(x) }}\n}}\n"),
    "templates that are not there": numbered(lambda i: f"service T{i} = S(1)\n"),
    "tests": numbered(lambda i: f'test "t{i}" {{ expect 1 == 1 }}\n'),
    # Names and types.
    "lets that nothing uses": numbered(lambda i: f"  let a{i} = x + {i}\n", "fn f(x: int) -> int {\n", "  return x\n}\n"),
    "names that nothing declares": numbered(lambda i: f"  let a{i} = yyy{i} + {i}\n", "fn f(x: int) -> int {\n", "  return x\n}\n"),
    "calls of what is not there": numbered(lambda i: f"api a{i}(x: int) -> int {{ return bbb{i}(x) }}\n", "service S {\n", "}\n"),
    "parameters": f"fn f({joined('a{}: int'.format)}) -> int {{ return 1 }}\nfn g() -> int {{ return f({joined('a{}: 1'.format)}) }}\n",
    "arguments that are none": f"fn f({joined('a{}: int'.format)}) -> int {{ return 1 }}\nfn g() -> int {{ return f({joined('b{}: 1'.format)}) }}\n",
    "fields that are none": f"record R {{ {joined('a{}: int'.format)} }}\nfn g() -> R {{ return {{ {joined('b{}: 1'.format)} }} }}\n",
    "fields that are unknown": f"record R {{ {joined('a{}: int'.format)} }}\nfn g(r: R) -> [int] {{ return [{joined('r.bbb{}'.format)}] }}\n",
    "a map": f'fn f() -> map<int> {{ return {{ {joined(lambda i: f"{chr(34)}a{i}{chr(34)}: 1", 70_000)} }} }}\n',
    "a union": f"fn f(x: {' | '.join(f'{{ a{i}: int }}' for i in range(MANY))}) -> int {{ return 1 }}\n",
    "an enum": f"enum E {{ {joined('v{}'.format, 2 * MANY)} }}\nfn f(e: E) -> int {{ return match e {{ v0 => 1 }} }}\n",
    "cases": numbered(lambda i: f"  {i} => {i}\n", "fn f(e: int) -> int {\n  return match e {\n", "  _ => 0\n  }\n}\n"),
    # What is short and means much.
    "a text that doubles": 'const A0 = "a"\n' + "".join(f"const A{i + 1} = A{i} + A{i}\n" for i in range(64)),
    "a list that doubles": "const A0 = [1]\n" + "".join(f"const A{i + 1} = A{i} + A{i}\n" for i in range(64)),
    "a list of lists that doubles": "const A0 = [1]\n" + "".join(f"const A{i + 1} = [A{i}, A{i}]\n" for i in range(64)),
    "defaults that double": "record R0 { x: int = 1 }\n" + "".join(f"record R{i + 1} {{ a: R{i} = {{}}, b: R{i} = {{}} }}\n" for i in range(64)),
    "loops over edges": EDGES
    + numbered(lambda i: f"service S{i} {{\n  uses w: [A, B]\n  api a() -> [int] {{ return [1{' for _ in w' * 12}] }}\n}}\n"),
}


class TestHostileSources(unittest.TestCase):
    def check_seconds(self, path: Path) -> tuple[float, subprocess.CompletedProcess[str]]:
        """Of the processor: other programs may run beside the tests."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = plait("check", path)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, done

    def test_none_costs_much_more_than_a_plain_source_of_its_size(self):
        plain = numbered(lambda i: f"fn f{i}(x: int) -> int {{ return x + {i} }}\n")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "plain.graph"
            path.write_text(plain)
            allowed = 10 * min(self.check_seconds(path)[0] for _ in range(3))
        for name, text in SHAPES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "hostile.graph"
                path.write_text(text)
                seconds, done = self.check_seconds(path)
                self.assertLess(seconds, allowed)
                self.assertIn(done.returncode, (0, 1))
                self.assertEqual(done.stderr, "")
                self.assertLess(len(done.stdout), SIZE // 4)

    def test_what_checks_compiles_too(self):
        for name, text in SHAPES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "hostile.graph"
                path.write_text(text)
                if plait("check", "--quiet", path).returncode == 0:
                    self.assertEqual(plait("compile", path, "-o", Path(folder) / "hostile.plan").returncode, 0)

    def test_a_file_beyond_the_limit_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "importer.graph").write_text('import "large.graph" as large\n')
            with open(Path(folder) / "large.graph", "wb") as file:
                file.truncate((16 << 20) + 1)
            for name in ("large.graph", "importer.graph"):
                done = plait("check", "--format", "short", Path(folder) / name)
                self.assertEqual(done.returncode, 1)
                self.assertIn("large.graph:1:1: error: the file has more than 16 MiB", done.stdout)
                self.assertEqual(done.stdout.count("error:"), 1)


if __name__ == "__main__":
    unittest.main()
