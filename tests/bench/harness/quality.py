"""What a class of weights costs Plait's writers: the change of perplexity that `plait eval` tells, on a page of the guide."""

from __future__ import annotations

import dataclasses
import json
import subprocess

from harness import catalog
from harness.agreement import Agreement
from harness.catalog import Settings
from harness.workloads import Precision, Task, Workload

TEXT = catalog.PROJECT / "graphs" / "guide" / "tour.md"
# One window of GPT-2's positions: seconds on two cores.
TOKENS = 1024


def is_told(workload: Workload) -> bool:
    """Whether a row has writers in a class of their own."""
    return workload.precision is not Precision.FP32 and workload.task is Task.WRITE


def command_of(workload: Workload, settings: Settings) -> list[str]:
    """How Plait is asked about a row's models."""
    return [
        *(str(settings.plait), "eval", str(catalog.graph_of(workload)), "--text", str(TEXT)),
        *("--max-tokens", str(TOKENS), "--models", str(settings.models)),
        *("--threads", str(settings.cores), "--output", "json", "--quiet"),
    ]


def added_to(agreement: Agreement, workload: Workload, settings: Settings) -> Agreement:
    """The agreement with the change for each model of the row, or with why there is none."""
    done = subprocess.run(command_of(workload, settings), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[0]
        return dataclasses.replace(agreement, text=f"{agreement.text}; perplexity not told: {why}")
    return with_changes(agreement, json.loads(done.stdout))


def with_changes(agreement: Agreement, told: dict) -> Agreement:
    """The agreement with what `plait eval --output json` told."""
    changes = {model["model"]: model["perplexity_change"] for model in told["models"]}
    listed = " and ".join(f"{change:+.2%}" for change in changes.values())
    return dataclasses.replace(agreement, text=f"{agreement.text}; perplexity {listed}", perplexity_changes=changes)
