#!/usr/bin/env python3
"""Checks that dependencies point one way: views -> {api, tui} -> api/base, and within api as the table says. Also that
curses is included by one file alone and that includes are written from the root of the tree."""
import pathlib
import re
import sys

BASE = {"api/base"}
NET = BASE | {"api/net"}
SOURCES = NET | {"api/kube", "api/rabbitmq", "api/kafka"}
# The order in which data goes through the model once; what is above sees the world and its shapes alone.
RECORDS = BASE | {"api/kube"}
GATHER = SOURCES | {"api/model/records"}
JOIN = GATHER | {"api/model/sources"}
MODEL = GATHER | {"api/model/world"}
SESSION = MODEL | {"api/ops", "api/posture", "api/record", "api/config", "api/demo"}
CLI = SESSION | {"views/session", "views/sheets"}
CONSOLE = CLI | {"tui", "views/app", "views/cli", "views/screens"}
DEMO = BASE | {"api/demo/base", "api/demo/http"}
# What the files of a folder may include besides their own folder.
ALLOWED = {
    "api/base": set(),
    "api/net": BASE,
    "api/kube": NET,
    "api/kube/records": BASE,
    "api/kube/config": NET | {"api/kube/records"},
    "api/kube/client": NET | {"api/kube/records", "api/kube/config"},
    "api/kube/watch": NET | {"api/kube/records", "api/kube/config", "api/kube/client"},
    "api/rabbitmq": NET,
    "api/kafka": NET,
    "api/kafka/wire": BASE,
    "api/kafka/client": NET | {"api/kafka/wire"},
    "api/kafka/poll": NET | {"api/kafka/wire", "api/kafka/client"},
    "api/model": set(), # rooms only
    "api/model/records": RECORDS,
    "api/model/sources": GATHER,
    "api/model/join": JOIN,
    "api/model/rules": BASE | {"api/kube", "api/rabbitmq", "api/kafka", "api/model/records", "api/model/join"},
    "api/model/world": JOIN | {"api/model/join", "api/model/rules"},
    "api/ops": MODEL,
    "api/posture": MODEL,
    "api/record": BASE,
    "api/config": BASE,
    "api/demo": NET | {"api/kafka"},
    "api/demo/base": BASE,
    "api/demo/http": BASE,
    "api/demo/kube": DEMO,
    "api/demo/kafka": DEMO | {"api/demo/kube", "api/kafka/wire"},
    "api/demo/rabbitmq": DEMO | {"api/demo/kube"},
    "api/demo/host": DEMO | {"api/demo/kube", "api/demo/kafka", "api/demo/rabbitmq", "api/net"}, # of net only WebSockets
    "tui": BASE,
    "tui/keys": BASE,
    "tui/draw": BASE | {"tui/keys"},
    "tui/widgets": BASE | {"tui/keys", "tui/draw"},
    "tui/theme": BASE | {"tui/draw"},
    "tui/terminal": BASE | {"tui/keys", "tui/draw", "tui/theme"},
    "tui/tape": BASE | {"tui/keys", "tui/draw", "tui/theme", "tui/widgets", "tui/terminal"},
    "views": CONSOLE | {"views/console"},
    "views/sheets": MODEL,
    "views/session": SESSION,
    "views/cli": CLI,
    "views/app": CLI | {"tui"},
    "views/screens": CLI | {"tui", "views/app"},
    "views/console": CONSOLE,
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
CURSES = re.compile(r"(^|/)(n?curses|term|panel|menu|form)\.h$")


def folder_of(path):
    """The folder in the table that a path stands in, or None."""
    parts = path.split("/")
    for length in (3, 2, 1):
        folder = "/".join(parts[:length])
        if len(parts) > length and folder in ALLOWED:
            return folder
    return None


def is_allowed(folder, allowed):
    """May it be included: it, or what it is a room of."""
    return any(folder == other or folder.startswith(other + "/") for other in allowed)


def includes_of(path):
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def check(root, path):
    """Complaints about one file."""
    name = path.relative_to(root).as_posix()
    folder = folder_of(name)
    for number, quoted, included in includes_of(path):
        where = f"{name}:{number}"
        if not quoted:
            continue
        if not (root / included).is_file():
            yield f'{where}: "{included}" is no file of the tree, written from its root'
        target = folder_of(included)
        if not folder:
            continue
        if included.startswith("tests/"):
            yield f"{where}: {folder} includes {included} of the tests"
        elif target and target != folder and not is_allowed(target, ALLOWED[folder]):
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
    if not files:
        complaints.append(f"no source files under {root}")
    for complaint in complaints:
        print(complaint)
    print(f"{len(files)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
