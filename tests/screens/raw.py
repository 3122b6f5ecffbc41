#!/usr/bin/env python3
"""Nothing that came from a cluster reaches a terminal or a picture as it is: looks through the golden screens and pictures
of this folder, then drives the console on a pseudo-terminal over an embedded cluster full of hostile names and looks at
every byte it wrote.

    tests/screens/raw.py MQDECK
"""
import os
import re
import sys
import time
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "bench"))
from console import Console  # noqa: E402

# C0 but for line ends and tabs, DEL, C1, zero-width and bidi controls, line separators, the byte order mark.
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# What stands in the hostile texts of api/demo/host/hostile.c, raw.
RAW = (b"\x1b]0;PWNED", b"\x1b]52;", b"\x1b[31mPWNED", b"\x1b[H\x1b[31m", b"\x9b31m", b"\xc2\x9b", b"\xe2\x80\xae",
       b"\xe2\x80\x8b", b"\xff\xfe", b"\x08\x08\x08x", b"AAAA" * 200)
STEPS = (b":queues\r", b"/-(title|clip|clear|c1|8bit|bidi|zero|bad|lines|long)\r", b":topics\r", b":services\r", b":nodes\r",
         b":events\r", b"d", b"y", b"\x1b", b"\x1b", b":brokers\r", b"/events-0\r", b"\\", b"d", b"G", b"y", b"G")
SEEN = (rb"a-title\\e\]0;PWNED", rb"d-c1\\u\{9B\}31mPWNED", rb"f-bidi\\u\{202E\}")

failures = []


def check_text(where, data):
    try:
        found = UNSAFE.search(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        failures.append(f"{where}: no UTF-8 at byte {error.start}: {data[error.start - 20:error.start + 20]!r}")
        return
    if found:
        failures.append(f"{where}: {found.group()!r} at {found.start()}")


def check_files():
    for path in sorted([*here.glob("*.txt"), *here.glob("pictures/*.svg")]):
        check_text(path.name, path.read_bytes())


def press(console, keys):
    """Each key shows something: waits for its first byte, however busy the machine is, and then for silence."""
    os.write(console.fd, keys)
    end = time.monotonic() + 20
    while not console.read(0.05) and time.monotonic() < end:
        pass
    while console.read(0.5):
        pass


def check_terminal(mqdeck):
    os.environ["MQDECK_CONFIG"] = "/dev/null"
    os.environ["LC_ALL"] = "C.UTF-8"
    console = Console([mqdeck, "--demo", "--demo-hostile"], 120, 40)
    console.until([rb"orders-0"], 60)
    for step in STEPS:
        press(console, step)
    for raw in RAW:
        if raw in console.output:
            failures.append(f"terminal: {raw[:16]!r} was written")
    # Colours in a log are meant to be colours; everything else in it is not.
    press(console, b"\x1b")
    press(console, b"l")
    # Shifts between character sets and single steps back are the terminal library's own.
    check_text("terminal", re.sub(rb"[\x0e\x0f\x08]", b"", console.text()))
    for text in SEEN:
        if not re.search(text, console.text()):
            failures.append(f"terminal: {text!r} was never shown, so nothing was proven")
    os.write(console.fd, b"\x03")
    console.read(2)


check_files()
check_terminal(sys.argv[1])
print("\n".join(failures) or "nothing raw")
sys.exit(1 if failures else 0)
