"""`plait fmt`: files, folders, standard input, and what it never touches."""

import os
import shutil
import subprocess
import unittest

from support import ROOT, FolderTest, plait

MESSY = "const   A=1\nrecord R{a:int,\n  b:int}\n"
NEAT = "const A = 1\nrecord R { a: int, b: int }\n"
FAULTY = "const A = [1, 2\n"


class TestFmt(FolderTest):
    def test_graphs_and_the_standard_library_are_formatted(self):
        done = plait("fmt", "--check", ROOT / "graphs", ROOT / "stdlib")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), "run: plait fmt graphs stdlib")

    def test_files_are_written_in_place_and_only_changed_ones_are_printed(self):
        messy, neat = self.write("messy.graph", MESSY), self.write("neat.graph", NEAT)
        before = neat.stat().st_mtime_ns
        done = plait("fmt", messy, neat)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"{messy}\n", ""))
        self.assertEqual(messy.read_text(), NEAT)
        self.assertEqual(neat.stat().st_mtime_ns, before)
        self.assertEqual(plait("fmt", messy, neat).stdout, "")

    def test_a_folder_stands_for_the_graphs_in_it_and_below(self):
        inner = self.write("a/b/inner.graph", MESSY)
        hidden, other = self.write(".hidden/x.graph", MESSY), self.write("notes.txt", MESSY)
        outer = self.write("z.graph", MESSY)
        done = plait("fmt", self.folder, self.folder / "z.graph")
        self.assertEqual((done.returncode, done.stdout), (0, f"{inner}\n{outer}\n"))
        self.assertEqual(hidden.read_text(), MESSY)
        self.assertEqual(other.read_text(), MESSY)

    def test_check_lists_and_changes_nothing(self):
        messy, neat = self.write("messy.graph", MESSY), self.write("neat.graph", NEAT)
        done = plait("fmt", "--check", messy, neat)
        self.assertEqual((done.returncode, done.stdout), (1, f"{messy}\n"))
        self.assertEqual(messy.read_text(), MESSY)
        self.assertEqual(plait("fmt", "--check", neat).returncode, 0)

    def test_diff_is_one_that_patch_takes(self):
        messy = self.write("messy.graph", MESSY)
        done = plait("fmt", "--diff", "messy.graph", cwd=self.folder)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(messy.read_text(), MESSY)
        self.assertTrue(done.stdout.startswith("--- messy.graph\n+++ messy.graph\n@@ -1,3 +1,2 @@\n-const   A=1\n"), done.stdout)
        self.assertEqual(plait("fmt", "--diff", "--check", "messy.graph", cwd=self.folder).returncode, 1)
        if shutil.which("git"):
            subprocess.run(["git", "apply", "-p0"], cwd=self.folder, input=done.stdout, text=True, check=True, env=os.environ | {"GIT_DIR": "none"})
            self.assertEqual(messy.read_text(), NEAT)

    def test_faults_are_told_as_check_tells_them_and_nothing_is_written(self):
        faulty, messy = self.write("faulty.graph", FAULTY), self.write("messy.graph", MESSY)
        done = plait("fmt", faulty, messy)
        self.assertEqual((done.returncode, done.stdout), (1, f"{messy}\n"))
        self.assertEqual(done.stderr, plait("check", faulty).stdout)
        self.assertEqual(faulty.read_text(), FAULTY)
        self.assertEqual(messy.read_text(), NEAT)

    def test_standard_input_goes_to_standard_output(self):
        self.assertEqual(plait("fmt", "-", stdin=MESSY).stdout, NEAT)
        self.assertEqual(plait("fmt", "-", stdin="").stdout, "")
        checked = plait("fmt", "-", "--check", stdin=MESSY)
        self.assertEqual((checked.returncode, checked.stdout), (1, "<stdin>\n"))
        faulty = plait("fmt", "-", stdin=FAULTY)
        self.assertEqual((faulty.returncode, faulty.stdout), (1, ""))
        self.assertIn("<stdin>:1:11: error: this `[` is not closed", faulty.stderr)
        self.assertEqual(plait("fmt", "-", stdin=b"const A = \xff\n").returncode, 1)

    def test_links_and_permissions_stay(self):
        messy = self.write("messy.graph", MESSY)
        messy.chmod(0o640)
        link = self.folder / "link.graph"
        link.symlink_to("messy.graph")
        self.assertEqual(plait("fmt", link).returncode, 0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(messy.read_text(), NEAT)
        self.assertEqual(messy.stat().st_mode & 0o777, 0o640)

    def test_what_is_not_there_is_named_and_the_rest_is_done(self):
        messy = self.write("messy.graph", MESSY)
        done = plait("fmt", self.folder / "nowhere.graph", messy)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere.graph", done.stderr)
        self.assertEqual(messy.read_text(), NEAT)

    def test_wrong_usage(self):
        for words, seen in {
            (): "name .graph files or folders",
            ("-", "a.graph"): "stands alone",
            ("--chekc", "a.graph"): "did you mean `--check`?",
        }.items():
            done = plait("fmt", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(seen, done.stderr)


if __name__ == "__main__":
    unittest.main()
