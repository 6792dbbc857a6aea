"""`plait test`: the tests of a graph, their reports, and what they say when something is not as expected."""

import unittest
import xml.etree.ElementTree as ElementTree

from support import ROOT, FolderTest, plait

WRITER = """service Writer {
  api write(prompt: string, limit: int = 10) -> string { return f"{prompt} {limit}" }
}

service Pair {
  uses writer: Writer

  api both(prompt: string) -> [string] {
    return [writer.write(prompt), writer.write(f"{prompt}!") otherwise "none"]
  }
}
"""


class TestTest(FolderTest):
    def run_tests(self, tests: str, *options: str):
        return plait("test", self.write("pair.graph", WRITER + tests), *options)

    def test_every_example_passes_its_tests(self) -> None:
        done = plait("test", *sorted((ROOT / "graphs").glob("*.graph")))
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("  ok    two may fail\n", done.stdout)

    def test_what_differs_is_shown_with_both_sides(self) -> None:
        done = self.run_tests('test "a" { expect Writer.write("x") == "y" }')
        self.assertEqual(done.returncode, 1)
        self.assertIn('FAIL  a\n        pair.graph:12:12-42: expected `Writer.write("x") == "y"`\n', done.stdout)
        self.assertIn('          left   "x 10"\n          right  "y"\n', done.stdout)

    def test_failures_degradations_and_counts(self) -> None:
        done = self.run_tests(
            """
            test "holds" {
              given Writer.write("a") = "b"
              given Writer.write() = fail(timeout)
              expect Pair.both("a") == ["b", "none"]
              expect degraded
              expect calls(Writer.write) == 3
              expect fails(Writer.write("c"), timeout)
            }
            test "not degraded" {
              given Writer.write() = "b"
              expect degraded
            }
            test "another kind" {
              given Writer.write() = fail(unavailable)
              expect fails(Writer.write("c"), timeout)
            }
            test "no failure" {
              given Writer.write() = "b"
              expect fails(Writer.write("c"))
              expect calls(Writer.write) > 1
            }
            test "itself fails" {
              given Writer.write() = fail(unavailable)
              expect Writer.write("c") == ""
            }
            """
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("  ok    holds\n", done.stdout)
        for words in ["no `otherwise` was used", "[unavailable]", "it gave an answer", "calls  1", "the test lets `Writer.write` fail"]:
            self.assertIn(words, done.stdout)
        self.assertIn("5 tests, 4 failed", done.stdout)

    def test_a_call_that_nothing_answers_fails_even_under_otherwise(self) -> None:
        done = self.run_tests('test "gap" {\n  given Writer.write("a") = "b"\n  expect len(Pair.both("a")) == 2\n}')
        self.assertEqual(done.returncode, 1)
        self.assertIn('no `given` answers `Writer.write(prompt: "a!", limit: 10)`', done.stdout)

    def test_filter_quiet_and_junit(self) -> None:
        tests = 'test "one <&> \\"two\\"" { expect 1 == 2 }\ntest "three" { expect 1 == 1 }\n'
        report = self.folder / "tests.xml"
        done = self.run_tests(tests, "--quiet", "--junit", str(report))
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("three", done.stdout)
        root = ElementTree.parse(report).getroot()
        self.assertEqual((root.get("tests"), root.get("failures")), ("2", "1"))
        self.assertEqual([case.get("name") for case in root.iter("testcase")], ['one <&> "two"', "three"])
        self.assertEqual([failure.get("message") for failure in root.iter("failure")], ["expected `1 == 2`"])
        self.assertEqual(self.run_tests(tests, "--filter", "three").returncode, 0)

    def test_a_file_with_faults_is_refused(self) -> None:
        done = self.run_tests('test "a" { expect Writer.wrte("x") == "y" }')
        self.assertEqual(done.returncode, 1)
        self.assertIn("[unknown-name]", done.stderr)
        self.assertIn("0 tests, 0 failed", done.stdout)

    def test_a_hundred_tests_run(self) -> None:
        tests = "".join(f'test "{i}" {{\n  given Writer.write() = "{i}"\n  expect Pair.both("a")[0] == "{i}"\n}}\n' for i in range(100))
        done = self.run_tests(tests)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("100 tests, 0 failed", done.stdout)


if __name__ == "__main__":
    unittest.main()
