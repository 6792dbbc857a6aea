#!/usr/bin/env python3
"""Holds the runtime against recorded answers: check_oracle.py RECORDED MODELS. Prints each case that differs."""

import sys
from pathlib import Path

from oracle import Oracle


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    oracle = Oracle(Path(sys.argv[1]), Path(sys.argv[2]).resolve())
    cases = [case for case in oracle.cases if case["kind"] != "hidden"]
    failed = 0
    for case in cases:
        fault = oracle.check(case)
        if fault:
            failed += 1
            print(f"{case['name']}: {fault}")
    oracle.close()
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
