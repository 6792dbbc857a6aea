"""Makes the peers' environments, each once, and tells why one cannot be made."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable

from harness import catalog

_SLOW = {"llama_cpp": ", which compiles llama.cpp: a quarter of an hour on two cores"}


def install(environments: Iterable[str], tell: Callable[[str], None]) -> dict[str, str]:
    """Makes what is missing through tools/setup; returns the reasons of those that could not be made.

    `tell` is given a line before and after each that takes time.
    """
    failures = {}
    for name in environments:
        if name == catalog.ORACLE:
            continue
        begin = time.monotonic()
        with tempfile.TemporaryFile() as errors:
            setup = subprocess.Popen(
                [str(catalog.PROJECT / "tools" / "setup"), "--bench", name], stdout=subprocess.PIPE, stderr=errors
            )
            said = b""
            while chunk := setup.stdout.read1():
                is_news = b"installing into" not in said
                said += chunk
                if is_news and b"installing into" in said:
                    tell(f"installing into .deps/bench/{name}{_SLOW.get(name, '')}")
            if setup.wait() != 0:
                errors.seek(0)
                failures[name] = reason(errors.read().decode(errors="replace"))
            elif b"installing into" in said:
                tell(f".deps/bench/{name} is ready ({time.monotonic() - begin:.0f} s)")
    return failures


def reason(errors: str) -> str:
    """What went wrong, in a line, from what tools/setup wrote: its complaint, then the end of a log behind bars."""
    lines = [line.strip() for line in errors.strip().splitlines() if line.strip()]
    if not lines:
        return "tools/setup failed and did not say why"
    shown = [line.removeprefix("|").strip() for line in lines if line.startswith("|")]
    causes = [line.removeprefix("ERROR:").strip() for line in shown if line.startswith("ERROR:")]
    log = re.search(r"the end of (\S+):", errors)
    return (causes[-1] if causes else lines[0].removeprefix("setup: ")) + (f" (see {log[1]})" if log else "")
