"""Which diagnostics the command shows, how they weigh, and the forms for tools."""

import json
import re
import tempfile
import unittest
from pathlib import Path
from urllib.parse import unquote

from support import ROOT, plait

CHECKS = ROOT / "tests" / "golden" / "check"
REFERENCE = ROOT / "graphs" / "inference_graph.graph"

WARNING = """service Sum {
  api add(a: float, b: float) -> bool {
    let unneeded = a
    return a == b
  }
}
"""


class WithSource(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = Path(folder.name) / "sum.graph"
        self.source.write_text(WARNING)


class TestFilter(WithSource):
    def codes(self, *flags):
        """The exit code, and the codes with their severities."""
        done = plait("check", "--format", "json", *flags, self.source)
        told = json.loads(done.stdout)
        self.assertEqual(told["version"], 1)
        return done.returncode, {(item["severity"], item["code"]) for item in told["diagnostics"]}

    def test_warnings_do_not_fail_unless_asked(self):
        self.assertEqual(self.codes(), (0, {("warning", "unused"), ("warning", "float-equality")}))
        self.assertEqual(self.codes("--warnings-as-errors"), (1, {("error", "unused"), ("error", "float-equality")}))

    def test_allowed_codes_are_silent(self):
        self.assertEqual(self.codes("--allow", "unused"), (0, {("warning", "float-equality")}))
        self.assertEqual(self.codes("--allow=unused", "--allow=float-equality", "--warnings-as-errors"), (0, set()))

    def test_quiet_shows_what_became_an_error(self):
        self.assertEqual(self.codes("--quiet"), (0, set()))
        self.assertEqual(self.codes("--quiet", "--warnings-as-errors", "--allow", "unused"), (1, {("error", "float-equality")}))

    def test_every_verb_that_reports_heeds_them(self):
        verbs = {
            "plan": [],
            "dot": [],
            "run": ["--input", '{"a": 1, "b": 2}'],
            "bench": ["--input", '{"a": 1, "b": 2}'],
            "compile": ["-o", "-"],
        }
        for verb, flags in verbs.items():
            with self.subTest(verb):
                done = plait(verb, self.source, *flags, "--warnings-as-errors", "--allow", "unused")
                self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                self.assertEqual(re.findall(r"\[([\w-]+)\]$", done.stderr, re.MULTILINE), ["float-equality"])

    def test_codes_that_cannot_be_allowed_are_wrong_usage(self):
        for verb in ("check", "plan", "dot", "run", "bench"):
            for code, seen in {"unusd": "did you mean `unused`?", "type-mismatch": "only warnings and notes", "": "float-equality"}.items():
                with self.subTest((verb, code)):
                    done = plait(verb, self.source, f"--allow={code}")
                    self.assertEqual((done.returncode, done.stdout), (2, ""))
                    self.assertIn(seen, done.stderr)

    def test_a_format_that_is_none_is_wrong_usage(self):
        done = plait("check", "--format", "xml", self.source)
        self.assertEqual(done.returncode, 2)
        self.assertIn("human, short, json, sarif or github", done.stderr)


class TestSarif(WithSource):
    """What the SARIF 2.1.0 schema asks of the parts that are written."""

    def sarif(self, *words):
        done = plait("check", "--format", "sarif", *words)
        log = json.loads(done.stdout)
        self.check_log(log)
        return log["runs"][0]

    def only_keys(self, value, required, optional=()):
        self.assertIsInstance(value, dict)
        self.assertLessEqual(set(required), set(value))
        self.assertLessEqual(set(value), set(required) | set(optional))

    def check_log(self, log):
        self.only_keys(log, {"$schema", "version", "runs"})
        self.assertEqual(log["version"], "2.1.0")
        self.assertEqual(len(log["runs"]), 1)
        run = log["runs"][0]
        self.only_keys(run, {"tool", "results", "columnKind"})
        self.assertEqual(run["columnKind"], "utf16CodeUnits")
        self.only_keys(run["tool"], {"driver"})
        self.only_keys(run["tool"]["driver"], {"name", "version", "rules"})
        rules = run["tool"]["driver"]["rules"]
        for rule in rules:
            self.check_rule(rule)
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        for result in run["results"]:
            self.check_result(result, rules)
        texts = [json.dumps(result, sort_keys=True) for result in run["results"]]
        self.assertEqual(len(set(texts)), len(texts))

    def check_rule(self, rule):
        self.only_keys(rule, {"id", "shortDescription", "defaultConfiguration", "help"})
        self.assertIn(rule["defaultConfiguration"]["level"], ("error", "warning", "note"))
        self.assertTrue(rule["shortDescription"]["text"])
        # A formatted text needs a plain one beside it.
        self.only_keys(rule["help"], {"text", "markdown"})
        self.assertTrue(rule["help"]["markdown"].startswith(f"# {rule['id']}\n"))

    def check_result(self, result, rules):
        self.only_keys(result, {"ruleId", "ruleIndex", "level", "message"}, {"locations", "relatedLocations", "fixes"})
        self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
        self.assertIn(result["level"], ("error", "warning", "note"))
        self.check_message(result["message"])
        for location in result.get("locations", []):
            self.check_location(location, set())
        related = result.get("relatedLocations", [])
        for location in related:
            self.check_location(location, {"id"})
        self.assertEqual([location["id"] for location in related], list(range(len(related))))
        for fix in result.get("fixes", []):
            self.check_fix(fix)

    def check_message(self, message):
        self.only_keys(message, {"text"})
        self.assertTrue(message["text"])
        # Single braces stand around the numbers of arguments, and there are none.
        self.assertNotRegex(message["text"].replace("{{", "").replace("}}", ""), "[{}]")

    def check_location(self, location, keys):
        self.only_keys(location, {"physicalLocation"} | keys, {"message"})
        if "message" in location:
            self.check_message(location["message"])
        self.only_keys(location["physicalLocation"], {"artifactLocation", "region"})
        self.check_artifact(location["physicalLocation"]["artifactLocation"])
        self.check_region(location["physicalLocation"]["region"])

    def check_artifact(self, artifact):
        self.only_keys(artifact, {"uri"})
        self.assertRegex(artifact["uri"], r"^(file:///)?(?:[\w.~!$&'()*+,;=@/-]|%[0-9A-F]{2})+$")

    def check_region(self, region):
        self.only_keys(region, {"startLine", "startColumn", "endLine", "endColumn"})
        for number in region.values():
            self.assertIsInstance(number, int)
            self.assertGreaterEqual(number, 1)
        self.assertLessEqual((region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"]))

    def check_fix(self, fix):
        self.only_keys(fix, {"artifactChanges", "description"})
        self.check_message(fix["description"])
        self.assertTrue(fix["artifactChanges"])
        for change in fix["artifactChanges"]:
            self.only_keys(change, {"artifactLocation", "replacements"})
            self.check_artifact(change["artifactLocation"])
            self.assertTrue(change["replacements"])
            for replacement in change["replacements"]:
                self.only_keys(replacement, {"deletedRegion", "insertedContent"})
                self.check_region(replacement["deletedRegion"])
                self.only_keys(replacement["insertedContent"], {"text"})

    def test_all_faulty_sources_of_the_golden_tests_in_one_run(self):
        sources = [*sorted(CHECKS.glob("*.graph")), *sorted((ROOT / "tests" / "golden" / "syntax").glob("*.graph"))]
        run = self.sarif(*sources)
        self.assertGreater(len(run["tool"]["driver"]["rules"]), 30)
        self.assertTrue(any("relatedLocations" in result for result in run["results"]))
        self.assertTrue(any("fixes" in result for result in run["results"]))

    def test_nothing_to_report_is_a_run_without_results(self):
        self.assertEqual(self.sarif(REFERENCE, "--allow", "batched-loop", "--allow", "independent-steps")["results"], [])

    def test_a_fix_can_be_applied(self):
        text = 'fn f(name: string) -> string {\n  return f"𝄞é {nam}"\n}\n'
        self.source.write_text(text)
        (result,) = self.sarif(self.source)["results"]
        change = result["fixes"][0]["artifactChanges"][0]
        self.assertEqual(unquote(change["artifactLocation"]["uri"]), f"file://{self.source}")
        (replacement,) = change["replacements"]
        region = replacement["deletedRegion"]
        self.assertEqual(region["startLine"], region["endLine"])
        lines = [line.encode("utf-16-le") for line in text.split("\n")]
        line = lines[region["startLine"] - 1]
        begin, end = 2 * (region["startColumn"] - 1), 2 * (region["endColumn"] - 1)
        self.assertEqual(line[begin:end].decode("utf-16-le"), "nam")
        lines[region["startLine"] - 1] = line[:begin] + replacement["insertedContent"]["text"].encode("utf-16-le") + line[end:]
        self.source.write_text("\n".join(line.decode("utf-16-le") for line in lines))
        self.assertEqual(plait("check", self.source).returncode, 0)

    def test_a_warning_that_is_an_error_has_its_own_level(self):
        run = self.sarif(self.source, "--warnings-as-errors")
        self.assertEqual({result["level"] for result in run["results"]}, {"error"})
        self.assertEqual({rule["defaultConfiguration"]["level"] for rule in run["tool"]["driver"]["rules"]}, {"warning"})


class TestGithub(unittest.TestCase):
    COMMAND = re.compile(r"::(error|warning|notice) (?:file=([^,:]+),line=\d+,(?:col=\d+,endColumn=\d+|endLine=\d+),)?title=([\w-]+)::(.+)")

    def test_every_line_is_one_command(self):
        source = CHECKS / "page_as_written.graph"
        done = plait("check", "--format", "github", source)
        codes = [item["code"] for item in json.loads(plait("check", "--format", "json", source).stdout)["diagnostics"]]
        commands = [self.COMMAND.fullmatch(line) for line in done.stdout.splitlines()]
        self.assertNotIn(None, commands)
        self.assertEqual([command[3] for command in commands], codes)
        self.assertEqual({command[2] for command in commands}, {str(source)})


if __name__ == "__main__":
    unittest.main()
