#!/usr/bin/env python3
"""What the console costs, measured from outside at the pty: time to the first full screen, memory, bytes to the terminal,
key to the last byte of its frame, CPU when idle.

    tests/bench/console.py [--size 120x40] [--runs 10] [--until REGEX] [--idle SECONDS] -- COMMAND [ARG …]

The first full screen is the moment of the last byte before the output falls silent after every --until expression was seen
(expressions are looked for in the text with escape sequences removed). Times are wall clock; memory is VmHWM and PSS
of /proc two seconds after its screen; CPU is the time the process ran over the idle time.
"""
import argparse
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from figures import tell  # noqa: E402

ESCAPES = re.compile(rb"\x1b(?:\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+][A-Za-z0-9]|[=>78MDEHNOZc])")
# Questions a terminal is expected to answer, and the answers of a plain xterm.
ANSWERS = ((b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[c", b"\x1b[?62;22c"))


def processor_s(pid):
    """Seconds that a process has run, in nanoseconds: its clock is named by its number (CPUCLOCK_SCHED of Linux)."""
    return time.clock_gettime(~pid << 3 | 2)


class Console:
    def __init__(self, command, columns, rows, term="xterm-256color"):
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = term
            os.execvp(command[0], command)
        self.resize(columns, rows)
        self.output = bytearray()
        self.last_byte = self.started

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """Reads for so long; True when there was anything."""
        any_byte = False
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                break
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                break
            self.last_byte = time.monotonic()
            self.output += piece
            any_byte = True
            for question, answer in ANSWERS:
                if question in piece:
                    os.write(self.fd, answer)
        return any_byte

    def text(self):
        return ESCAPES.sub(b"", bytes(self.output))

    def until(self, expressions, limit):
        """Seconds to the last byte of the screen that shows them all, and the bytes written up to there."""
        end = time.monotonic() + limit
        seen = None
        while time.monotonic() < end:
            self.read(0.005)
            if seen is None and all(re.search(e, self.text()) for e in expressions):
                seen = (self.last_byte - self.started, len(self.output))
                return seen
        raise SystemExit(f"never seen: {[e.decode() for e in expressions if not re.search(e, self.text())]}\n"
                         f"{self.text()[-3000:].decode(errors='replace')}")

    def key_latency(self, key):
        sent = time.monotonic()
        os.write(self.fd, key)
        while self.read(0.03):
            pass
        return (self.last_byte - sent) * 1000 if self.last_byte > sent else None

    def pss(self):
        """MiB, shared pages by their share."""
        with open(f"/proc/{self.pid}/smaps_rollup") as maps:
            return int(re.search(r"Pss:\s+(\d+)", maps.read()).group(1)) / 1024

    def peak_resident(self):
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024

    def cpu(self):
        return processor_s(self.pid)

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        self.read(0.3)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def tell_keys(name, latencies):
    """Half, 99 of a hundred and the worst of some keys, and how many were not painted at all."""
    painted = sorted(v for v in latencies if v is not None)
    tell(f"{name}-unpainted", len(latencies) - len(painted), "keys")
    if painted:
        tell(f"{name}-p50", painted[len(painted) // 2], "ms")
        tell(f"{name}-p99", painted[min(len(painted) - 1, int(len(painted) * 0.99))], "ms")
        tell(f"{name}-worst", painted[-1], "ms")


def tell_idle(console, seconds, which):
    """Nobody types and nothing happens: bytes and processor time, as of a minute."""
    before, cpu = len(console.output), console.cpu()
    began = time.monotonic()
    while (left := seconds - (time.monotonic() - began)) > 0:
        console.read(left)
    elapsed = time.monotonic() - began
    tell(f"{which}-idle-minute-bytes", (len(console.output) - before) * 60 / elapsed, "B")
    tell(f"{which}-idle-minute-cpu", (console.cpu() - cpu) * 100 / elapsed, "%")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--until", action="append", default=[])
    parser.add_argument("--idle", type=float, default=60)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    expressions = [e.encode() for e in options.until] or [rb"mqdeck"]
    times, sizes, peaks, shares = [], [], [], []
    for _ in range(options.runs):
        console = Console(options.command, columns, rows)
        seconds, size = console.until(expressions, 30)
        times.append(seconds * 1000)
        sizes.append(size)
        console.read(2)
        peaks.append(console.peak_resident())
        shares.append(console.pss())
        console.close()
    tell("first-full-screen", times, "ms")
    tell("bytes-to-first-screen", sizes, "B")
    tell("peak-resident", peaks, "MiB")
    tell("settled-pss", shares, "MiB")
    console = Console(options.command, columns, rows)
    console.until(expressions, 30)
    console.read(3)
    latencies = [console.key_latency(b"j" if i % 4 < 2 else b"k") for i in range(options.keys)]
    tell_keys("key", latencies)
    console.close()
    console = Console(options.command, columns, rows)
    console.until(expressions, 30)
    # The charts of the first minute are still filling.
    tell_idle(console, options.idle, "first")
    tell_idle(console, options.idle, "later")
    console.close()


if __name__ == "__main__":
    sys.exit(main())
