#!/usr/bin/env python3
"""Turns themes/*.yaml into constants: a theme that mqdeck starts with costs no reading. Stricter than the program's
own reader, which takes the same files: one role a line, every role of roles.def, all its forms.

    embed.py ROLES.DEF OUT.C THEME.YAML …
"""
import pathlib
import re
import sys

COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
COLOURS += ["bright-" + name for name in COLOURS]
ATTRIBUTES = {"bold": "STYLE_ATTR_BOLD", "dim": "STYLE_ATTR_DIM", "underline": "STYLE_ATTR_UNDERLINE",
              "reverse": "STYLE_ATTR_REVERSE"}
FIELDS = {"fg": "fg", "bg": "bg", "cursor": "on_cursor", "fg16": "fg16", "bg16": "bg16", "style": "attributes",
          "mono": "mono"}
ROLE = re.compile(r"^  (\w+): +\{(.*)\}$")
RGB = re.compile(r'^"#([0-9a-f]{6})"$')


def complain(where, what):
    raise SystemExit(f"{where}: {what}")


def rgb(where, text):
    match = RGB.match(text)
    return "0x" + match.group(1) if match else complain(where, f'{text} is not of the form "#rrggbb"')


def sixteen(where, text):
    if text == "default":
        return "COLOUR_DEFAULT"
    return str(COLOURS.index(text)) if text in COLOURS else complain(where, f"{text} is none of {' '.join(COLOURS)}")


def attributes(where, text):
    words = text.split()
    return " | ".join(ATTRIBUTES[w] if w in ATTRIBUTES else complain(where, f"{w} is no attribute") for w in words)


READ = {"fg": rgb, "bg": rgb, "cursor": rgb, "fg16": sixteen, "bg16": sixteen, "style": attributes, "mono": attributes}


def role_look(where, text, monochrome):
    given = dict(pair.split(": ", 1) for pair in text.split(", ")) if text else {}
    for key in given:
        if key not in READ:
            complain(where, f"a role has no {key}")
    for key in ("fg", "bg"):
        if (key in given) != (key + "16" in given):
            complain(where, f"{key} and {key}16 stand together")
    if monochrome and set(given) - {"mono"}:
        complain(where, "a monochrome theme has no colours")
    look = {"fg": "COLOUR_DEFAULT", "bg": "COLOUR_DEFAULT", "cursor": "COLOUR_DEFAULT", "fg16": "COLOUR_DEFAULT",
            "bg16": "COLOUR_DEFAULT"} | {key: READ[key](where, value) for key, value in given.items()}
    return "{" + ", ".join(f".{FIELDS[key]} = {value}" for key, value in look.items()) + "}"


def theme(path, roles):
    head, looks = {}, {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        match = ROLE.match(line)
        if match and match.group(1) not in roles:
            complain(where, f"there is no role {match.group(1)} in roles.def")
        if match:
            looks[match.group(1)] = role_look(where, match.group(2), "monochrome" in head)
        elif line and not line.startswith("#") and line != "roles:":
            key, value = line.split(": ", 1)
            head[key] = value if key in ("help", "monochrome") else rgb(where, value)
    missing = [role for role in roles if role not in looks]
    if missing or not {"help", "ground", "ink"} <= set(head):
        complain(path.name, f"missing: {' '.join(missing) or 'help, ground or ink'}")
    yield f'\t{{.name = "{path.stem}", .help = "{head["help"]}", .monochrome = {head.get("monochrome", "false")},'
    yield f'\t .ground = {head["ground"]}, .ink = {head["ink"]}, .roles = {{'
    for role in roles:
        yield f"\t\t[STYLE_{role.upper()}] = {looks[role]},"
    yield "\t}},"


def main():
    definitions, out, paths = sys.argv[1], sys.argv[2], [pathlib.Path(name) for name in sys.argv[3:]]
    roles = re.findall(r"^X\(\w+,\s+(\w+),", pathlib.Path(definitions).read_text(encoding="utf-8"), re.M)
    lines = ['#include "tui/theme/theme.h"', "", "const struct theme theme_builtin[] = {"]
    for path in paths:
        lines += theme(path, roles)
    lines += ["};", f"const size_t theme_builtin_count = {len(paths)};", ""]
    pathlib.Path(out).write_text("\n".join(lines), encoding="utf-8")


main()
