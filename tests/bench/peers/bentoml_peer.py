#!/usr/bin/env python3
"""Runs the reference graph with BentoML's server, on request over JSON lines; see harness/peer.py.

The server runs beside this process; what is timed is one HTTP request to it over the loopback.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import serving  # noqa: E402
from harness.peer import family  # noqa: E402
from harness.serving import Way, Work  # noqa: E402
from harness.workloads import Task, Workload  # noqa: E402

_START_SECONDS = 180
_PR_SET_PDEATHSIG = 1


class BentoMl(serving.Library):
    packages = ("bentoml", "transformers", "torch")
    threads_per_process: int | None = None  # None: as the library chooses
    _server: subprocess.Popen | None = None

    def ways(self, workload: Workload) -> dict[str, Way]:
        if workload.task is not Task.REFERENCE_GRAPH:
            raise NotImplementedError("the page's services answer for the reference graph only")
        threads = self.threads_per_process
        name = "as by default" if threads is None else f"with {threads} computing thread a process"
        return {name: lambda: self._start(workload.input)}

    def _start(self, given: dict[str, Any]) -> Work:
        port = _free_port()
        home = tempfile.mkdtemp(prefix="plait-bench-bentoml-")
        environment = os.environ | {
            "PLAIT_BENCH_MODELS": str(self.models.resolve()),
            "BENTOML_HOME": home,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        if self.threads_per_process is not None:
            environment["OMP_NUM_THREADS"] = str(self.threads_per_process)
        log = Path(home) / "server.log"
        command = [sys.executable, "-m", "bentoml", "serve", "bentoml_services:InferenceGraph"]
        with open(log, "wb") as output:
            server = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(port)],
                cwd=Path(__file__).parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_end_with_parent,
            )
        self._server, self._home = server, home
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(server, f"{address}/readyz", log)

        def request() -> Any:
            body = json.dumps(given).encode()
            headers = {"Content-Type": "application/json"}
            with urllib.request.urlopen(
                urllib.request.Request(f"{address}/generate_score", body, headers), timeout=_START_SECONDS
            ) as response:
                return json.load(response)

        return request

    def close(self) -> None:
        if self._server is None:
            return
        # Its workers sit in sessions of their own, and one may outlive the server that is told to end.
        workers = family(self._server.pid)[1:]
        self._server.terminate()
        try:
            self._server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._server.kill()
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        shutil.rmtree(self._home, ignore_errors=True)


class Tuned(BentoMl):
    threads_per_process = 1


def _end_with_parent() -> None:
    """In the server's process: it is told to end when the peer is gone, however that went."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(server: subprocess.Popen, address: str, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise RuntimeError("the server did not become ready: " + " / ".join(lines[-3:]))


if __name__ == "__main__":
    serving.main(BentoMl, __doc__, {"--one-thread-a-process": Tuned})
