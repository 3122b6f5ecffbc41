#!/usr/bin/env python3
"""The terminal is asked for its background (OSC 11), and its answer chooses the theme: a dark one, a light one, none, nonsense,
in pieces, too late. No byte of it arrives as a key, and who cannot answer is not asked. Also each theme on terminals of fewer
colours, and the preview of `:theme`, as a terminal sees them.

    tests/screens/themes.py MQDECK
"""
import os
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bench"))
from console import Console  # noqa: E402

QUESTION = b"\x1b]11;?\x1b\\"
# The title's colour: of dark.yaml and of light.yaml, as the nearest of 256.
DARK, LIGHT = b"38;5;68m", b"38;5;25m"
# What would be seen if the answer were typed: its colon opens the prompt.
TYPED = re.compile(rb"ffff|f6f6|0000/|rgb|nonsense")
COLOURED = rb"\x1b\[(?:\d+;)*[34][0-8](?:;\d+)*m"

failures = []


def open_console(options=(), term="xterm-256color", **env):
    for name in ("COLORFGBG", "NO_COLOR", "COLORTERM"):
        os.environ.pop(name, None)
    os.environ.update(env)
    return Console([mqdeck, "--demo", *options], 120, 40, term)


def close_console(console):
    os.write(console.fd, b"\x03")
    while console.read(0.5):
        pass
    os.close(console.fd)
    os.waitpid(console.pid, 0)


def expect(what, holds):
    if not holds:
        failures.append(what)


def last_title(console):
    """The colour that `mqdeck` at the top left was last drawn in."""
    found = re.findall(rb"\x1b\[[0-9;]*?(38;5;\d+m) *mqdeck", bytes(console.output))
    return found[-1] if found else None


def question_seen(console, limit=20):
    end = time.monotonic() + limit
    while QUESTION not in console.output and time.monotonic() < end:
        console.read(0.005)
    return QUESTION in console.output


def answered(name, pieces, colour, pause=0.0, wait=0.0):
    console = open_console()
    expect(f"{name}: never asked", question_seen(console))
    time.sleep(wait)
    for piece in pieces:
        os.write(console.fd, piece)
        time.sleep(pause)
    console.until([rb"orders-1"], 60)
    while console.read(0.5):
        pass
    expect(f"{name}: title is {last_title(console)}, not {colour}", last_title(console) == colour)
    expect(f"{name}: typed {TYPED.search(console.text())}", not TYPED.search(console.text()))
    # Keys still arrive, as they are.
    os.write(console.fd, b":brokers\r")
    console.until([rb"Q-CRIT"], 20)
    close_console(console)


def check_answers():
    light, dark = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;rgb:0000/2b2b/3636\x07"
    answered("light", [light], LIGHT)
    answered("dark", [dark], DARK)
    answered("none", [], DARK)
    answered("nonsense", [b"\x1b]11;nonsense\x1b\\"], DARK)
    answered("half a colour", [b"\x1b]11;rgb:ffff/ffff\x07"], DARK)
    answered("byte by byte", [light[i:i + 1] for i in range(len(light))], LIGHT, pause=0.06)
    answered("among other answers", [b"\x1b[?2026;2$y" + light + b"\x1b[?62;22c"], LIGHT)
    answered("too late", [light], DARK, wait=2.5)


def check_not_asked():
    for name, options, term, env in (("--theme", ("--theme", "dark"), "xterm-256color", {}),
                                     ("NO_COLOR", (), "xterm-256color", {"NO_COLOR": "1"}),
                                     ("TERM=linux", (), "linux", {}), ("TERM=vt100", (), "vt100", {})):
        console = open_console(options, term, **env)
        console.until([rb"orders-1"], 60)
        expect(f"{name}: asked all the same", QUESTION not in console.output)
        close_console(console)


def check_depths():
    """Every theme on terminals of 256 colours, of eight and of none: the same screen, in no more than they can."""
    for term, forbidden in (("xterm-256color", rb"38;2;"), ("xterm", rb"[34]8;5;"), ("linux", rb"[34]8;5;|\x1b\[\?2026"),
                            ("vt100", COLOURED)):
        for theme in ("dark", "light", "high-contrast", "monochrome"):
            console = open_console(("--theme", theme), term)
            console.until([rb"orders-1", rb"logs-brokers-2", rb"VolumeFilling"], 60)
            found = re.search(forbidden, bytes(console.output))
            expect(f"{theme} on {term}: {found}", not found)
            if theme == "monochrome":
                found = re.search(COLOURED, bytes(console.output))
                expect(f"monochrome on {term}: {found}", not found)
            close_console(console)


def check_preview():
    """`:theme` on a terminal: what is looked at is drawn at once, Esc draws the old one again, Enter keeps."""
    console = open_console(("--theme", "dark"))
    console.until([rb"orders-1"], 60)
    for keys, colour in ((b":theme li", LIGHT), (b"\x1b", DARK), (b":theme li\r", LIGHT), (b":theme\r", LIGHT),
                         (b"k", DARK), (b"\x1b", LIGHT), (b":theme\r", LIGHT), (b"k\r", DARK)):
        os.write(console.fd, keys)
        end = time.monotonic() + 10
        while not console.read(0.2) and time.monotonic() < end:
            pass
        while console.read(0.3):
            pass
        expect(f"after {keys}: title is {last_title(console)}, not {colour}", last_title(console) == colour)
    close_console(console)


def check_environment():
    console = open_console(COLORFGBG="0;15")
    console.until([rb"orders-1"], 60)
    expect(f"COLORFGBG: title is {last_title(console)}", last_title(console) == LIGHT)
    close_console(console)


mqdeck = sys.argv[1]
os.environ["MQDECK_CONFIG"] = "/dev/null"
os.environ["LC_ALL"] = "C.UTF-8"
check_answers()
check_not_asked()
check_environment()
check_depths()
check_preview()
print("\n".join(failures) or "themes follow the background, the terminal and the person")
sys.exit(1 if failures else 0)
