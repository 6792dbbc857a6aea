#!/usr/bin/env python3
"""Holds the #include lines of every room against the tables in compiler/README.md and runtime/README.md.

A row of a table reads: | `room/` | what it does | `a`, `b` | . The last cell names the rooms of the same half (or `half/room` of the
other) that the room may include; anything else is a fault, and so is a folder without a row or a row without a folder.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HALVES = ("compiler", "runtime")
ROW = re.compile(r"^\| `(?P<room>\w+)/` \|.*\| (?P<allowed>[^|]*) \|$")
INCLUDE = re.compile(r'^\s*#include "(?P<path>[^"]+)"', re.MULTILINE)


def read_table(half: str) -> dict[str, set[str]]:
    """The rooms of a half, each with the rooms that it may include as half/room."""
    rooms: dict[str, set[str]] = {}
    for line in (ROOT / half / "README.md").read_text().splitlines():
        if match := ROW.match(line):
            names = re.findall(r"`([\w/]+)`", match["allowed"])
            rooms[match["room"]] = {name if "/" in name else f"{half}/{name}" for name in names}
    return rooms


def close(rooms: dict[str, set[str]]) -> dict[str, set[str]]:
    """A room may also include what those it may include may include: their headers do."""
    closed = {room: set(allowed) for room, allowed in rooms.items()}
    changed = True
    while changed:
        changed = False
        for allowed in closed.values():
            wider = allowed.union(*(closed.get(other, set()) for other in allowed))
            if wider != allowed:
                allowed |= wider
                changed = True
    return closed


def check_file(path: Path, room: str, allowed: set[str]) -> list[str]:
    """Faults of one source file."""
    faults = []
    for match in INCLUDE.finditer(path.read_text()):
        parts = match["path"].split("/")
        target = "/".join(parts[:2])
        if parts[0] in HALVES and target != room and target not in allowed:
            faults.append(f"{path.relative_to(ROOT)}: {room} may not include {target} ({match['path']})")
        if parts[0] not in HALVES:
            faults.append(f"{path.relative_to(ROOT)}: {match['path']} is not spelled from the root")
    return faults


def main() -> int:
    tables = {f"{half}/{room}": allowed for half in HALVES for room, allowed in read_table(half).items()}
    closed = close(tables)
    faults = []
    for half in HALVES:
        for folder in sorted(p for p in (ROOT / half).iterdir() if p.is_dir()):
            room = f"{half}/{folder.name}"
            if room not in tables:
                faults.append(f"{room} has no row in {half}/README.md")
                continue
            for path in sorted(folder.glob("*.h")) + sorted(folder.glob("*.cpp")) + sorted(folder.glob("*.def")):
                faults += check_file(path, room, closed[room])
    for room in tables:
        if not (ROOT / room).is_dir():
            faults.append(f"{room} has a row but no folder")
        if room in closed[room]:
            faults.append(f"{room} includes itself by way of others")
    print("\n".join(faults) if faults else f"{len(tables)} rooms keep to their tables")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
