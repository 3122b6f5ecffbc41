#!/usr/bin/env python3
"""Reads in the program that was built what keeps a fault in it from being used.

    tests/unit/elf.py MQDECK hardened|plain fortified|bare
"""
import platform
import re
import subprocess
import sys

mqdeck, hardened, fortified = sys.argv[1], sys.argv[2] == "hardened", sys.argv[3] == "fortified"
ENDBR64 = b"\xf3\x0f\x1e\xfa"
FUNCTIONS_MIN = 1000


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options, mqdeck], capture_output=True, text=True, check=True).stdout


segments, dynamic, symbols = readelf("-l"), readelf("-d"), readelf("--dyn-syms")
with open(mqdeck, "rb") as program:
    landings = program.read().count(ENDBR64)
CHECKS = (
    ("a position-independent executable", True, re.search(r"FLAGS_1.*\bPIE\b", dynamic)),
    ("symbols bound at the start (BIND_NOW)", True, re.search(r"FLAGS_1.*\bNOW\b", dynamic)),
    ("read-only relocations", True, "GNU_RELRO" in segments),
    ("a stack that does not run", True, re.search(r"GNU_STACK .* RW +0x", segments)),
    ("segments of which none is written and run", True, not re.search(r"^ *LOAD .* RWE", segments, re.M)),
    ("stack protector", True, "__stack_chk_fail" in symbols),
    ("checked copies (_FORTIFY_SOURCE)", fortified, re.search(r"\b__(mem|str|sn|vsn)\w+_chk\b", symbols)),
    ("landing pads (CET)", hardened and platform.machine() == "x86_64", landings > FUNCTIONS_MIN),
)
missing = [what for what, wanted, found in CHECKS if wanted and not found]
for what in missing:
    print(f"{mqdeck} lacks: {what}")
print(f"{len(CHECKS)} checks, {len(missing)} complaints")
sys.exit(1 if missing else 0)
