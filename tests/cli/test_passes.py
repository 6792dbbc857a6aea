"""No pass of the compiler changes an answer: every example with each of them left out, and with all."""

from __future__ import annotations

import unittest

from examples import GRAPHS, ExampleTest
from support import optional_passes, plait


def choices() -> list[tuple[str, ...]]:
    """What is given to the command: each optional pass left out, then all of them."""
    each = [("--disable-pass", name) for name in optional_passes()]
    return [*each, tuple(word for words in each for word in words)]


class PassTest(ExampleTest):
    def test_the_tests_of_the_examples_pass(self) -> None:
        self.assertGreater(len(choices()), 4)
        for options in choices():
            with self.subTest(options=options):
                done = plait("test", "--quiet", *options, *GRAPHS)
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_examples_answer_as_with_all_passes(self) -> None:
        for graph in self.graphs():
            wanted = self.answers(graph)
            for options in choices():
                with self.subTest(graph=graph.name, options=options):
                    self.assertEqual(self.answers(graph, *options), wanted)


if __name__ == "__main__":
    unittest.main()
