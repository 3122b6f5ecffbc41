#!/usr/bin/env python3
"""A link that is cut without a word: every packet to and from the API server is dropped, and later let through again.

    tests/bench/black_hole.py [--clusters 2] MQDECK

Server and console run in a network of their own, which needs unshare, ip, iptables and the right to use them. Told: how long it
takes until the console says that the server does not answer, at most a minute; how long until everything is watched again after
the network is back, at most 10 s; and how often something was listed anew although its version was still good. The exit code is 1
when one of these does not hold.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from figures import tell  # noqa: E402
from scale import Server, Watched, build_server  # noqa: E402

NOTICED_S, BACK_S, AWAY_S = 60, 10, 20
INSIDE = "MQDECK_BENCH_BLACK_HOLE"


def drop(how, port):
    """What goes to the server and what comes from it; the bench's own questions go another way."""
    for which in ("--dport", "--sport"):
        subprocess.run(["iptables", how, "INPUT", "-p", "tcp", which, str(port), "-j", "DROP"], check=True)


def is_connected(log):
    """What the log said last; the server's name stands before it."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if " API server server=" in line]
    return bool(lines) and " connected=yes " in lines[-1]


def until(watched, holds, limit):
    """Seconds until it holds, watching the console meanwhile; None when it never does."""
    began = time.monotonic()
    while time.monotonic() < began + limit:
        if holds():
            return time.monotonic() - began
        watched.read(0.1)
    return None


def run(server, watched, log):
    watched.until("first")
    watched.read(10)
    watches = server.ask("stats")["watches"]
    drop("-A", server.port)
    noticed = until(watched, lambda: not is_connected(log), 3 * NOTICED_S)
    watched.read(AWAY_S)
    server.ask("reset", "POST")
    drop("-D", server.port)
    # All that it had it asks for again, and nothing else.
    back = until(watched, lambda: server.ask("stats")["requests"].get("watch", 0) >= watches and is_connected(log), 3 * NOTICED_S)
    watched.read(5)
    stats = server.ask("stats")
    lists = stats["lists"].get("needless", 0) + stats["lists"].get("lost", 0)
    tell("noticed-after", noticed, "s")
    tell("back-after", back, "s")
    tell("watches", watches, "watches")
    tell("lists-not-needed", lists, "lists")
    kept = noticed is not None and noticed <= NOTICED_S and back is not None and back <= BACK_S
    return 0 if kept and not lists else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=2)
    parser.add_argument("mqdeck")
    options = parser.parse_args()
    for needed in ("unshare", "ip", "iptables", "go"):
        if not shutil.which(needed):
            raise SystemExit(f"there is no {needed} on this machine")
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GOCACHE", os.path.expanduser("~/.cache/go-build"))
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        server, log = Server(folder, build_server(folder), options.clusters, 0), pathlib.Path(folder, "log")
        watched = Watched([options.mqdeck, "-A", "--kubeconfig", str(server.kubeconfig), "--log-file", str(log), "--log-level",
                           "debug", "--log-only", "kube"], {"first": rf"\b{options.clusters} clusters "})
        try:
            return run(server, watched, log)
        finally:
            watched.console.close()
            server.close()


if __name__ == "__main__":
    sys.exit(main())
