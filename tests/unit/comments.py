#!/usr/bin/env python3
"""Checks what comments and documents say of the tree: every file that they name exists, every .c file of the program
opens with what it is for, and no two source files of the program have the same name."""
import collections
import fnmatch
import pathlib
import re
import sys

PROGRAM = ("api", "tui", "views")
FOLDERS = (*PROGRAM, "tests", "packaging", "themes", "deploy", "images")
# Names that are not of this tree, and whose they are.
ELSEWHERE = {
    "demo.yaml", "some.tape", "path.txt", # examples of what a user may write
    "curses.h", # ncurses
    "lib/content_encoding.c", # curl
}
COMMENT = {
    ".c": re.compile(r"/\*.*?\*/|//[^\n]*", re.S),
    ".py": re.compile(r'"""(?!\\).*?"""|#[^\n]*', re.S),
    ".sh": re.compile(r"#[^\n]*"),
    ".md": re.compile(r".+", re.S),
}
COMMENT[".h"] = COMMENT[".def"] = COMMENT[".c"]
COMMENT[".yaml"] = COMMENT[".build"] = COMMENT[".sh"]
SHELL = re.compile(r"#!/bin/(?:ba)?sh|#!/usr/bin/env (?:ba)?sh")
NAME = re.compile(r"(?<![\w.~$/-])[\w*<>][\w./*<>-]*\.(?:c|h|def|md|py|sh|yaml|yml|tape|build|txt|tsv)\b(?![\w/(])")
PLACEHOLDER = re.compile(r"<\w+>|\*+|(?<![A-Z])(?:NAME|NN)(?![A-Z])")


def files_of(root):
    for path in sorted(root.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            yield path
        elif path.is_dir() and path.name in FOLDERS:
            yield from (below for below in sorted(path.rglob("*")) if below.is_file())


def is_in_tree(name, tree):
    """name may be a path's end, and may hold *, <what> or NAME for any text."""
    pattern = name if name in tree["paths"] else PLACEHOLDER.sub("*", name)
    if "*" not in pattern and "/" not in pattern:
        return pattern in tree["names"]
    return any(path == pattern or fnmatch.fnmatch("/" + path, "*/" + pattern) for path in tree["paths"])


def named_files(path):
    """Line and name of each file that a comment of `path` names."""
    text = path.read_text(encoding="utf-8", errors="replace")
    language = path.suffix if path.suffix or not SHELL.match(text) else ".sh"
    for comment in COMMENT[language].finditer(text) if language in COMMENT else ():
        for name in NAME.finditer(comment.group()):
            yield text.count("\n", 0, comment.start() + name.start()) + 1, name.group()


def check_names(root, files, tree):
    for path in files:
        for line, name in named_files(path):
            if name not in ELSEWHERE and not is_in_tree(name, tree):
                yield f"{path.relative_to(root)}:{line}: names {name}, which is no file of the tree"


def check_program(root, files):
    twins = collections.defaultdict(list)
    for path in files:
        name = path.relative_to(root).as_posix()
        if not name.startswith(PROGRAM) or path.suffix not in (".c", ".h"):
            continue
        twins[path.name].append(name)
        if path.suffix == ".c" and not path.read_text(encoding="utf-8").startswith("/*"):
            yield f"{name}: does not open with a comment on what it is for"
    for same in twins.values():
        if len(same) > 1:
            yield f"the same name twice: {', '.join(same)}"


def main():
    root = pathlib.Path(sys.argv[1])
    files = list(files_of(root))
    paths = {path.relative_to(root).as_posix() for path in files}
    tree = {"paths": paths, "names": {path.rsplit("/", 1)[-1] for path in paths}}
    complaints = [*check_names(root, files, tree), *check_program(root, files)]
    print("\n".join(complaints) or f"{len(files)} files: names, openings and files named in comments are in order")
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main())
