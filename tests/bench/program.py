#!/usr/bin/env python3
"""What the program costs before it does anything: its size, and the time of `--version`.

    tests/bench/program.py [--runs 41] MQDECK
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from figures import tell  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=41)
    parser.add_argument("mqdeck")
    options = parser.parse_args()
    if shutil.which("strip"):
        with tempfile.TemporaryDirectory() as folder:
            stripped = pathlib.Path(folder, "mqdeck")
            subprocess.run(["strip", "-o", stripped, options.mqdeck], check=True)
            tell("stripped", stripped.stat().st_size / 1e6, "MB")
    else:
        print("no strip here: the size is not known")
    times = []
    for _ in range(options.runs):
        started = time.monotonic()
        subprocess.run([options.mqdeck, "--version"], check=True, stdout=subprocess.DEVNULL)
        times.append((time.monotonic() - started) * 1000)
    # What starting any program costs here; the figure is mqdeck's own share and this.
    bare = []
    for _ in range(options.runs):
        started = time.monotonic()
        subprocess.run(["true"], check=True, stdout=subprocess.DEVNULL)
        bare.append((time.monotonic() - started) * 1000)
    tell("version", times, "ms")
    tell("bare-process", bare, "ms")


if __name__ == "__main__":
    sys.exit(main())
