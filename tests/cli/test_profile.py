"""`plait profile`: what it measures, where it keeps that, and that plans rest on it."""

import json
import re
import tomllib
import unittest

from support import TINY, FolderTest, plait

GRAPH = """import std.text

service Writer {
  model lm: text.Generator = hf("openai-community/gpt2")

  api write(prompt: string = "I") -> string {
    return lm.generate(prompt, max_length: 8)[0].generated_text
  }
}
"""
RATES = ("core_read_bandwidth", "read_bandwidth", "core_fp32_peak")
TYPICAL = "as is typical; plait profile measures it"


class TestProfile(FolderTest):
    def setUp(self):
        super().setUp()
        self.graph = self.write("writer.graph", GRAPH)
        self.profile = self.folder / "config" / "plait" / "machine.toml"
        self.environment = {"XDG_CONFIG_HOME": str(self.folder / "config")}

    def plait(self, *words, **environment):
        return plait(*words, env=self.environment | environment)

    def planned(self, *words):
        """The machine of the graph's plan, what its entry takes for granted, and what was said beside it."""
        done = self.plait("compile", self.graph, "--models", TINY, "-o", "-", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        plan = tomllib.loads(done.stdout)
        return plan["machine"], "\n".join(plan["entry"][0]["assumes"]), done.stderr

    def test_plans_rest_on_what_was_measured(self):
        self.assertIn(TYPICAL, self.planned()[1])
        done = self.plait("profile")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"memory read by one core +\d+\.\d GB/s\n")
        self.assertTrue(done.stdout.endswith(f"{self.profile}: written; plans are fitted to it from now on\n"), done.stdout)
        profile = tomllib.loads(self.profile.read_text())
        machine, assumes, said = self.planned()
        self.assertEqual([machine[rate] for rate in RATES], [profile[rate] for rate in RATES])
        self.assertNotIn("typical", assumes)
        self.assertNotIn("machine.toml", said)

    def test_a_file_is_a_profile_for_other_machines(self):
        path = self.folder / "server.toml"
        done = self.plait("profile", "-o", path, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse(self.profile.exists())
        told = json.loads(done.stdout)
        self.assertEqual(told["file"], str(path))
        profile = tomllib.loads(path.read_text())
        for rate in RATES:
            self.assertAlmostEqual(told[rate] / profile[rate], 1, delta=0.01)
        path.write_text(re.sub(r"cores = \d+", "cores = 64", path.read_text()))
        machine, assumes, _ = self.planned("--machine", path)
        self.assertEqual((machine["cores"], machine["read_bandwidth"]), (64, profile["read_bandwidth"]))
        self.assertNotIn("typical", assumes)
        shown = self.plait("profile", "-o", "-", "--quiet")
        self.assertEqual(set(tomllib.loads(shown.stdout)), set(profile))

    def test_the_profile_of_another_machine_is_told_of_and_not_used(self):
        self.write("config/plait/machine.toml", 'processor = "Another CPU"\nread_bandwidth = 1e12\n')
        machine, assumes, said = self.planned()
        self.assertLess(machine["read_bandwidth"], 1e12)
        self.assertIn(TYPICAL, assumes)
        self.assertIn('note: ' + str(self.profile) + ' is not used: it is of the processor "Another CPU"', said)
        self.write("config/plait/machine.toml", "cores = none\n")
        done = self.plait("plan", self.graph, "--models", TINY)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[settings-invalid]", done.stderr + done.stdout)

    def test_what_cannot_be_is_refused(self):
        done = self.plait("profile", "now")
        self.assertEqual(done.returncode, 2)
        self.assertIn("`now` is one word too many", done.stderr)
        done = self.plait("profile", XDG_CONFIG_HOME="", HOME="")
        self.assertEqual(done.returncode, 1)
        self.assertIn("neither HOME nor XDG_CONFIG_HOME is set", done.stderr)
        done = self.plait("profile", "-o", self.write("file", "") / "machine.toml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("[file-not-found]", done.stderr)


if __name__ == "__main__":
    unittest.main()
