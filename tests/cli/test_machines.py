"""No plan changes an answer: every example on plans for machines of all kinds, on any number of threads."""

from __future__ import annotations

import json
import unittest
from pathlib import Path
from typing import Any

from examples import ARGUMENTS, ExampleTest
from support import TINY, compile_plan, plait

# Profiles by name. What a profile leaves out is this machine's.
MACHINES = {
    "one_core": "cores = 1",
    "two_cores": "cores = 2",
    "five_cores": "cores = 5",
    "slow_memory": "cores = 2\ncore_read_bandwidth = 1e6\nread_bandwidth = 1e6",
    "fast_memory": "cores = 2\ncore_read_bandwidth = 1e15\nread_bandwidth = 1e15",
    "slow_arithmetic": "cores = 3\ncore_fp32_peak = 1e6",
}


class MachineTest(ExampleTest):
    def setUp(self) -> None:
        super().setUp()
        self.machines = [self.write(f"{name}.toml", profile + "\n") for name, profile in MACHINES.items()]

    def test_the_examples_answer_the_same_on_every_plan_and_number_of_threads(self) -> None:
        for graph in self.graphs():
            wanted = self.answers(graph, threads=1)
            plans = set()
            for machine in self.machines:
                plan, places = compile_plan(graph, TINY, "--machine", str(machine))
                # 0 is the plan's own number.
                for threads in (0, 2) if plan not in plans else ():
                    with self.subTest(graph=graph.name, machine=machine.stem, threads=threads):
                        self.assertEqual(self.answers_of(plan, places, threads), wanted)
                plans.add(plan)
            self.assertEqual(len(plans), len(self.machines), f"two profiles give one plan of {graph.name}")

    def test_the_command_answers_the_same_with_a_profile_and_from_a_plan(self) -> None:
        for index, graph in enumerate(self.graphs()):
            machine = self.machines[index % len(self.machines)]
            threads = str(1 + index % 3)
            saved = self.folder / f"{graph.stem}.plan"
            plan, _ = compile_plan(graph, TINY, "--machine", str(machine))
            saved.write_text(plan)
            for entry, wanted in list(self.answers(graph).items())[:1]:
                with self.subTest(graph=graph.name, machine=machine.stem, threads=threads):
                    self.assertEqual(self.run_entry(graph, entry, "--machine", machine, "--threads", threads), wanted)
                    self.assertEqual(self.run_entry(saved, entry), wanted)

    def run_entry(self, source: Path, entry: str, *options: str | Path) -> Any:
        given = json.dumps(ARGUMENTS.get(entry, {}))
        envelope = ("--output", "envelope", "--quiet")
        done = plait("run", source, "--models", TINY, "--allow-code-models", "--entry", entry, "--input", given, *envelope, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        if not done.stdout.startswith('{"piece"'):
            return json.loads(done.stdout)["result"]
        # The pieces of a stream come one a line, before the rest.
        return [json.loads(line)["piece"] for line in done.stdout.splitlines()[:-1]]


if __name__ == "__main__":
    unittest.main()
