#!/usr/bin/env python3
"""Holds the house to its plan: floors, names, and what may not be in a file.

usage: check_structure.py [ROOT]
Rooms and what each may include are read from CMakeLists.txt, so there is one declaration. Warnings do not
fail; everything else does, all at once.
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
if ROOT.is_file():
    ROOT = ROOT.parent.parent

LINES_WISE = 400   # ask which two ideas the file holds
LINES_MAX = 800
COLUMNS_MAX = 140
TEXT = {".cpp", ".h", ".S", ".cmake", ".py", ".sh", ".md", ".txt", ".json", ".toml", ".ts", ".tsx", ".css", ""}
# What only these rooms may touch: everyone else gets time, chance and threads through a port.
MACHINE = {
    r"\b(?:system|steady|high_resolution)_clock::now\b": {"core", "http"},
    r"\bstd::(?:random_device|mt19937)|\b(?:s?rand)\(": {"core"},
    r"\bstd::j?thread\b": {"core", "http", "server", "store/sqlite"},
}
# Written so that this file does not hold the words.
UNFINISHED = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "HA" + "CK:", r"\bXX" + r"X\b"]))
SKIPPED = re.compile("GTEST_" + r"SKIP|\b(?:DIS" + r"ABLED_\w+)|@unittest\.s" + "kip|skip" + "Test")
PACKAGE_HOSTS = re.compile(r"(?:snapshot\.debian|deb\.debian|archive\.ubuntu|security\.ubuntu|pypi|pythonhosted)"
                           r"\.(?:org|com)|registry\.npmjs", re.IGNORECASE)


class Findings:
    def __init__(self):
        self.errors = []
        self.warnings = []

    def error(self, path, line, text):
        self.errors.append(f"{path}:{line}: {text}")

    def warning(self, path, line, text):
        self.warnings.append(f"{path}:{line}: {text}")


def tracked_files():
    """What is part of the project; with no git at hand, everything that is not built."""
    try:
        listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z"],
                                capture_output=True, check=True).stdout.decode()
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
                 if path.is_file() and path.relative_to(ROOT).parts[0] not in ("build", ".git")]
    return sorted(name for name in names if (ROOT / name).is_file())


def declared_rooms():
    """{room: what CMakeLists.txt says it may include}, lowest floor first."""
    text = re.sub(r"#.*", "", (ROOT / "CMakeLists.txt").read_text())
    rooms = {}
    for arguments in re.findall(r"mayfly_room\(([^)]*)\)", text):
        room, *rest = arguments.split()
        rooms[room] = []
        for word in rest:
            if word.isupper():
                keyword = word
            elif keyword in ("DEPENDS", "TEST_DEPENDS") and "::" not in word and not word.startswith("mayfly_"):
                rooms[room].append((keyword, word))
    return rooms


def reachable(rooms, room, keywords):
    found, todo = set(), [(room, keywords)]
    while todo:
        at, allowed = todo.pop()
        for keyword, lower in rooms.get(at, []):
            if keyword in allowed and lower not in found:
                found.add(lower)
                todo.append((lower, ("DEPENDS",)))
    return found


def room_of(name, rooms):
    """The deepest room that holds src/<name>, or an include "<name>"."""
    folder = pathlib.PurePosixPath(name).parent
    while str(folder) != ".":
        if str(folder) in rooms:
            return str(folder)
        folder = folder.parent
    return None


def check_declarations(rooms, findings):
    seen = set()
    for room, lower in rooms.items():
        for _, name in lower:
            if name not in seen:
                findings.error("CMakeLists.txt", 1, f"room {room} stands on {name}, which is not a lower floor")
        seen.add(room)
    for folder in sorted({str(path.parent.relative_to(ROOT / "src")) for path in (ROOT / "src").rglob("*.cpp")}):
        if folder != "." and folder not in rooms:
            findings.error(f"src/{folder}", 1, "holds sources and is no room of CMakeLists.txt")
    for room in rooms:
        parent = ROOT / "src" / room
        if not parent.is_dir():
            findings.error("CMakeLists.txt", 1, f"room {room} has no folder")
        elif not (parent / "README.md").exists():
            findings.error(f"src/{room}", 1, "has no README.md")


def check_includes(name, lines, rooms, findings):
    room = room_of(name.removeprefix("src/"), rooms)
    if room is None:
        return
    test = re.search(r"(_test|_bench|contract_\w+)\.(cpp|h)$", name) is not None
    keywords = ("DEPENDS", "TEST_DEPENDS") if test else ("DEPENDS",)
    may = reachable(rooms, room, keywords) | {room}
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not found:
            continue
        target = room_of(found[1], rooms)
        if target is not None and target not in may:
            findings.error(name, number, f"{room} may not include {target} ({found[1]})")


def check_machine(name, lines, rooms, findings):
    room = room_of(name.removeprefix("src/"), rooms)
    if room is None or name.endswith(("_test.cpp", "_bench.cpp", "_test.h")):
        return
    for pattern, allowed in MACHINE.items():
        for number, line in enumerate(lines, 1):
            if room not in allowed and re.search(pattern, line.split("//")[0]):
                findings.error(name, number, f"{room} takes time, chance or threads past the ports")


def check_header(name, lines, findings):
    if not lines or not lines[0].startswith("//"):
        findings.error(name, 1, "a header opens with the problem that it solves")
    if "#pragma once" not in lines:
        findings.error(name, 1, "has no #pragma once")


def check_text(name, text, lines, findings):
    places = {str(ROOT) + "/", os.path.expanduser("~") + "/"} - {"//"}
    for number, line in enumerate(lines, 1):
        if any(place in line for place in places):
            findings.error(name, number, "names a path of this machine")
        if PACKAGE_HOSTS.search(line):
            findings.error(name, number, "names a host of a package registry")
        if UNFINISHED.search(line):
            findings.error(name, number, "is unfinished: do it, or make it an issue")
        if SKIPPED.search(line):
            findings.error(name, number, "skips a test: skipped proof is no proof")
    if text and not text.endswith("\n"):
        findings.error(name, len(lines), "does not end its last line")


def check_size(name, lines, findings):
    if not name.endswith((".cpp", ".h", ".py", ".sh", ".ts", ".tsx", ".css")):
        return
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            findings.error(name, number, f"is {len(line)} columns wide")
    if len(lines) > LINES_MAX:
        findings.error(name, len(lines), f"has {len(lines)} lines; which ideas does it hold?")
    elif len(lines) > LINES_WISE:
        findings.warning(name, len(lines), f"has {len(lines)} lines; does it hold two ideas?")


def main():
    findings = Findings()
    rooms = declared_rooms()
    check_declarations(rooms, findings)
    files = tracked_files()
    for name in files:
        path = ROOT / name
        if path.suffix not in TEXT or "testdata" in path.parts:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        lines = text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")
        check_text(name, text, lines, findings)
        check_size(name, lines, findings)
        if name.startswith("src/") and path.suffix in (".cpp", ".h"):
            check_includes(name, lines, rooms, findings)
            check_machine(name, lines, rooms, findings)
        if path.suffix == ".h":
            check_header(name, lines, findings)
    for warning in findings.warnings:
        print("warning:", warning)
    for error in findings.errors:
        print("error:", error)
    print(f"{len(files)} files, {len(rooms)} rooms: {len(findings.errors)} errors, {len(findings.warnings)} warnings")
    return 1 if findings.errors else 0


if __name__ == "__main__":
    sys.exit(main())
