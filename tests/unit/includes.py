#!/usr/bin/env python3
"""Checks that sources include only what the table in rooms.py lets their room include. Also that curses is included by one
file alone, that includes are written from the root of the tree, that every folder with sources is in the table, and that
sentences go to standard error through the one place that cleans them."""
import pathlib
import re
import sys

from rooms import ROOMS, room_of

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
STDERR = re.compile(r"printf\(\s*stderr|,\s*stderr\s*\)|perror\(")
# cli_say() and cli_failed(), what ends without memory, and who hands the stream to a reporter that cleans.
MAY_WRITE = {"views/cli/cli.c", "api/base/mem.c", "views/cli/get.c"}
CURSES = re.compile(r"(^|/)(n?curses|term|panel|menu|form)\.h$")


def includes_of(path):
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def check(root, path):
    """Complaints about one file."""
    name = path.relative_to(root).as_posix()
    folder = room_of(name)
    for number, quoted, included in includes_of(path):
        where = f"{name}:{number}"
        if not quoted:
            continue
        if not (root / included).is_file():
            yield f'{where}: "{included}" is no file of the tree, written from its root'
        target = room_of(included)
        if not folder:
            continue
        if included.startswith("tests/"):
            yield f"{where}: {folder} includes {included} of the tests"
        elif target and target != folder and target not in ROOMS[folder].calls:
            yield f"{where}: {folder} must not include {included}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    files = sorted(p for top in ("api", "tui", "views", "tests") for suffix in ("*.c", "*.h", "*.def")
                   for p in (root / top).rglob(suffix) if p.is_file())
    complaints = [complaint for path in files for complaint in check(root, path)]
    curses = [path for path in files if any(not quoted and CURSES.search(included)
                                            for _, quoted, included in includes_of(path))]
    if len(curses) > 1:
        complaints.append("curses is included by more than one file: " +
                          ", ".join(p.relative_to(root).as_posix() for p in curses))
    complaints += [f"{path.relative_to(root)} stands in a folder that is no room: see rooms.py" for path in files
                   if path.relative_to(root).parts[0] != "tests" and not room_of(path.relative_to(root).as_posix())]
    complaints += [f"{path.relative_to(root)} writes to standard error itself: use cli_say()" for path in files
                   if path.relative_to(root).parts[0] != "tests" and path.relative_to(root).as_posix() not in MAY_WRITE
                   and STDERR.search(path.read_text(encoding="utf-8", errors="replace"))]
    if not files:
        complaints.append(f"no source files under {root}")
    for complaint in complaints:
        print(complaint)
    print(f"{len(files)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
