#!/usr/bin/env python3
"""What `get` and the first screen cost on a cluster that is there, in turn with kubectl and k9s on the same work.

    tests/bench/commands.py [--runs 10] [--until REGEX] KUBECONFIG MQDECK
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from console import Console  # noqa: E402
from figures import tell  # noqa: E402


def run_ms(command):
    """Wall time and peak resident MiB of a command that must succeed."""
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: status {status}")
    return (time.monotonic() - started) * 1000, used.ru_maxrss / 1024


def screen_ms(command, expression):
    console = Console(command, 160, 50)
    seconds, _ = console.until([expression], 60)
    console.close()
    return seconds * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--until", default="6 brokers")
    parser.add_argument("kubeconfig")
    parser.add_argument("mqdeck")
    options = parser.parse_args()
    where = ["--kubeconfig", options.kubeconfig, "-A"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        gets, lists, own, rival = [], [], [], []
        for _ in range(options.runs):
            gets.append(run_ms([options.mqdeck, "get", "brokers", *where]))
            if shutil.which("kubectl"):
                lists.append(run_ms(["kubectl", "get", "pods", *where]))
            if shutil.which("k9s"):
                own.append(screen_ms([options.mqdeck, *where], options.until.encode()))
                rival.append(screen_ms(["k9s", "-c", "pods", *where], rb"rabbitmq-0"))
    for name, runs in (("get-brokers", gets), ("kubectl-get-pods", lists)):
        tell(name, [ms for ms, _ in runs], "ms")
        tell(f"{name}-peak-resident", [mib for _, mib in runs], "MiB")
    tell("k9s-first-screen", rival, "ms")
    if rival:
        tell("first-screen-before-k9s", statistics.median(rival) / statistics.median(own), "x-ahead")
    for name in ("kubectl", "k9s"):
        if not shutil.which(name):
            print(f"{name}: not run: there is none on this machine")


if __name__ == "__main__":
    sys.exit(main())
