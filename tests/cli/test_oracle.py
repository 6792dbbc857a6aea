"""The page's examples and every recorded call at tiny size, against the reference library's answers."""

import unittest

from oracle import Oracle
from support import ORACLE, TINY


class TestOracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.oracle = Oracle(ORACLE / "tiny.json", TINY)

    @classmethod
    def tearDownClass(cls):
        cls.oracle.close()

    def check_kind(self, kind):
        cases = [case for case in self.oracle.cases if case["kind"] == kind]
        self.assertTrue(cases)
        for case in cases:
            with self.subTest(case["name"]):
                self.assertIsNone(self.oracle.check(case))

    def test_generation(self):
        self.check_kind("generate")

    def test_classification(self):
        self.check_kind("classify")

    def test_zero_shot(self):
        self.check_kind("zero_shot")

    def test_embedding(self):
        self.check_kind("embed")
        self.check_kind("embed_all")

    def test_apis_of_the_page(self):
        self.check_kind("api")


if __name__ == "__main__":
    unittest.main()
