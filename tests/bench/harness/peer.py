"""A process that runs workloads on request, over JSON lines on its standard input and output.

Request: {"run": NAME}, or with "ways": "first" to run it in the first way there is instead of the fastest. Answer, on one
line: {"run": NAME, "seconds": S} with, where the peer can, "result": the value that the workload's entry returns, and
"ids": the new tokens of each writer; or {"error": TEXT}. A peer that others are wired with also takes
{"run": "classify", "model": NAME, "texts": [TEXT, ...]}. Lines of other JSON objects are taken as remarks.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any


class PeerError(Exception):
    """A peer ended, answered with an error, or did not answer in time."""


class Peer:
    """One running peer; a context manager, so that no process is left behind."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str] | None = None):
        self.name = name
        self.remarks: dict[str, Any] = {}
        self._errors = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                encoding="utf-8",
                env=environment,
            )
        except OSError as error:
            raise PeerError(f"{name}: could not start {command[0]}: {error.strerror}") from error
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process."""
        with contextlib.suppress(OSError):  # what could not be sent is of no use any more
            self._process.stdin.close()
        try:
            self._process.wait(timeout=30)  # it may have a server of its own to end
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def run(self, workload: str, timeout: float = 1200) -> dict[str, Any]:
        """Has the peer run the workload once and returns its answer."""
        return self.ask({"run": workload}, timeout)

    def ask(self, request: dict[str, Any], timeout: float = 1200) -> dict[str, Any]:
        """Sends a request and returns the answer to it."""
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has ended: the next line says why
        while True:
            answer = self._next(timeout)
            if "error" in answer:
                raise PeerError(f"{self.name}: {answer['error']}")
            if "seconds" in answer:
                return answer
            self.remarks.update(answer)

    def peak_memory(self) -> int | None:
        """Bytes of memory that the process held at most so far, mapped files included, and those that it started likewise.

        What processes share is counted for each.
        """
        found = [_peak_memory(pid) for pid in family(self._process.pid)]
        return sum(bytes for bytes in found if bytes is not None) if any(found) else None

    def _next(self, timeout: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise PeerError(f"{self.name}: no answer in {timeout:.0f} s") from None
        if line is None:
            self._errors.seek(0)
            tail = "\n".join(self._errors.read().strip().splitlines()[-8:])
            raise PeerError(f"{self.name}: ended with status {self._process.wait()}\n{tail}")
        try:
            answer = json.loads(line)
        except ValueError:
            raise PeerError(f"{self.name}: not a JSON line: {line.strip()[:200]}") from None
        return answer if isinstance(answer, dict) else {}

    def _read(self) -> None:
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)


def family(pid: int) -> list[int]:
    """The process and all that it started, directly or not, and that still run under it."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _peak_memory(pid: int) -> int | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0][1]) * 1024 if lines else None
