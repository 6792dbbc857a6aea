"""The README's commands and pictures, run and compared."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import PLAIT, ROOT, TINY

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


PICTURE = ROOT / "graphs" / "inference_graph.svg"


def draw_reference_graph() -> str:
    """The reference graph as the golden test of `plait dot` has it, through Graphviz."""
    test = (ROOT / "tests" / "golden" / "dot" / "reference.graph").read_text()
    lines = test.split("// EXPECT:\n")[1].splitlines()
    drawing = "\n".join(line.removeprefix("//").removeprefix(" ") for line in lines)
    return subprocess.run(["dot", "-Tsvg"], input=drawing, capture_output=True, text=True, check=True).stdout


class TestReadme(unittest.TestCase):
    def test_every_plait_command_runs(self):
        commands = [line[2:] for language, text in BLOCKS if language == "console" for line in text.splitlines() if line.startswith("$ plait")]
        self.assertGreater(len(commands), 4)
        with tempfile.TemporaryDirectory() as folder:
            # A copy: `plait lock` and `plait fmt` write beside the graphs.
            shutil.copytree(ROOT / "graphs", Path(folder) / "graphs")
            # `plait profile` writes into the user's settings.
            environment = os.environ | {"XDG_CONFIG_HOME": folder}
            for command in commands:
                with self.subTest(command):
                    command = re.sub(r"^plait (check|explain|fmt|test|doc|profile)", rf"{PLAIT} \1", command)
                    command = command.replace(" check --locked", f" check --locked --models {TINY}")
                    command = re.sub(r"^plait (\w+)", rf"{PLAIT} \1 --models {TINY}", command)
                    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_graphs_shown_are_formatted_graphs_that_check(self):
        graphs = [text for language, text in BLOCKS if language == "graph"]
        self.assertTrue(graphs)
        for text in graphs:
            with tempfile.NamedTemporaryFile("w", suffix=".graph") as file:
                file.write(text)
                file.flush()
                for verb in (["check"], ["fmt", "--diff", "--check"]):
                    done = subprocess.run([PLAIT, *verb, file.name], capture_output=True, text=True, check=False)
                    self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_picture_is_what_plait_draws(self):
        """Of a test that fixes the machine. To draw it again: python3 tests/cli/test_readme.py --draw"""
        self.assertEqual(draw_reference_graph(), PICTURE.read_text())

    def test_scripts_named_are_there(self):
        for script in set(re.findall(r"`((?:tools|tests)/[\w/.]+)`", README)):
            self.assertTrue((ROOT / script).exists(), script)

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README):
            self.assertTrue((ROOT / target).exists(), target)


if __name__ == "__main__":
    if sys.argv[1:] == ["--draw"]:
        PICTURE.write_text(draw_reference_graph())
    else:
        unittest.main()
