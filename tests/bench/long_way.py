#!/usr/bin/env python3
"""What a bad way to the API server costs who types: 300 ms there and back, 64 kbit/s a connection, one packet of a hundred lost.

    tests/bench/long_way.py [--clusters 2] [--keys 200] [--cuts 5] MQDECK

The way is the server's own (apiserver/link.go). Told: the first screen and the complete list of pods; keys to the last byte of
their frames while that loads, at rest, and while more changes than the way can carry; then the connection is cut again and again
in the middle of that, and how long it takes until everything is watched again and how often something was listed anew although
its version was still good. The exit code is 1 when that happened, or when what is cut is not watched again.
"""
import argparse
import os
import pathlib
import re
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from console import tell_keys  # noqa: E402
from figures import tell  # noqa: E402
from scale import Server, Watched, build_server  # noqa: E402

WAY = ("-delay", "150ms", "-rate", "8000", "-lost", "1")
PATIENCE_S = 180


def keys(watched, count, until=lambda: False):
    latencies = []
    for i in range(count):
        if until():
            break
        latencies.append(watched.key(b"jk"[i % 2:][:1]))
        watched.read(0.05)
    return latencies


def load(watched, pods):
    """Somebody types while the lists come in."""
    first = watched.until("first")
    tell("first-screen", first, "ms")
    os.write(watched.console.fd, b":pods\r")
    end, latencies = time.monotonic() + PATIENCE_S, []
    while "complete" not in watched.seen and time.monotonic() < end:
        if watched.screen.selected() and re.search(r"pods \(\d+\)", watched.screen.text()):
            latencies += keys(watched, 20, lambda: "complete" in watched.seen)
        watched.read(0.1)
    tell("complete-screen", watched.seen.get("complete"), "ms")
    if latencies:
        tell_keys("loading/key", latencies)
    return first and "complete" in watched.seen


def watched_again(server, watched, watches):
    """Seconds until as many watches are open as before the cut; None when they never are."""
    began = time.monotonic()
    while time.monotonic() < began + PATIENCE_S:
        watched.read(0.2)
        if server.ask("stats")["watches"] >= watches:
            return time.monotonic() - began
    return None


def run(server, watched, options):
    if not load(watched, options.clusters * 3):
        print(f"not complete within {PATIENCE_S} s: {watched.screen.text()[:400]}")
        return 1
    watched.read(10)
    tell_keys("rest/key", keys(watched, options.keys))
    watches = server.ask("stats")["watches"]
    server.ask("changes?rate=2", "POST")
    watched.read(5)
    tell_keys("changes/key", keys(watched, options.keys))
    times = []
    for i in range(options.cuts):
        server.ask(f"cut?bytes={777 * i}", "POST")
        watched.read(4)  # so much has been sent on each
        times.append(watched_again(server, watched, watches))
        watched.read(3)
    server.ask("changes?rate=0", "POST")
    watched.read(5)
    stats = server.ask("stats")
    lists = stats["lists"].get("needless", 0) + stats["lists"].get("lost", 0)
    tell("watched-again-after", times, "s")
    tell("connections-cut", stats["cuts"], "times")
    tell("lists-after-cuts", lists, "lists")
    for one in stats["needless"] or []:
        print(f"does not hold: a list that was not needed: {one}")
    return 1 if lists or None in times or not stats["cuts"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=2)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--cuts", type=int, default=5)
    parser.add_argument("mqdeck")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GOCACHE", os.path.expanduser("~/.cache/go-build"))
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        server = Server(folder, build_server(folder), options.clusters, 0, WAY)
        watched = Watched([options.mqdeck, "-A", "--kubeconfig", str(server.kubeconfig)],
                          {"first": rf"\b{options.clusters} clusters +{options.clusters * 3} brokers",
                           "complete": rf"pods \({options.clusters * 3}\)"})
        try:
            return run(server, watched, options)
        finally:
            watched.console.close()
            server.close()


if __name__ == "__main__":
    sys.exit(main())
