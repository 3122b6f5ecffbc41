#!/usr/bin/env python3
"""What the console costs on a large Kubernetes: a scripted API server (apiserver/, in Go) holds broker clusters and other pods,
about 9 KB of protobuf and 12 KB of JSON each, and refuses port-forwards as a kubelet that cannot be reached.

    tests/bench/scale.py [--clusters 2] [--others 0] [--changes 0] [--runs 3] [--keys 100] [--rest 60] [--alone] [--beside]
                         MQDECK

Told, each beside the bare download of the same lists in the same run: the first useful screen (the sums of all clusters), the
complete one (`:pods` counts every broker pod), memory (PSS, at most and settled), processor time of mqdeck and of the server,
requests and bytes from the server, connections; then, under so many changes a second, keys to the last byte of their frames,
processor time, bytes to the terminal and from the server. --alone loads as many clusters without the other pods in the same
run, in turn, and tells what the others add. --beside runs kubectl and k9s on the same work.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from console import Console, processor_s, tell_keys  # noqa: E402
from figures import tell  # noqa: E402
from screen import Screen  # noqa: E402

COLUMNS, ROWS = 160, 50
PATIENCE_S, KEY_PATIENCE_S, KEYS_S = 120, 2, 45
FRAME_END = b"\x1b[?2026l"
LISTS = ("api/v1/pods", "apis/apps/v1/statefulsets", "api/v1/services", "apis/discovery.k8s.io/v1/endpointslices",
         "api/v1/persistentvolumeclaims", "api/v1/persistentvolumes", "api/v1/nodes", "apis/policy/v1/poddisruptionbudgets")


def build_server(folder):
    binary = pathlib.Path(folder, "apiserver")
    subprocess.run(["go", "build", "-o", binary, *sorted((HERE / "apiserver").glob("*.go"))], check=True)
    return binary


class Server:
    """The API server in a process of its own; `home` holds its certificate and a kubeconfig."""

    def __init__(self, home, binary, clusters, others, more=()):
        folder = tempfile.mkdtemp(dir=home)
        self.ca = pathlib.Path(folder, "ca.pem")
        self.process = subprocess.Popen([binary, "-clusters", str(clusters), "-others", str(others), "-ca", self.ca, *more],
                                        stdout=subprocess.PIPE, text=True)
        self.port, self.own_port = map(int, self.process.stdout.readline().split())
        self.url = f"https://127.0.0.1:{self.port}"
        self.kubeconfig = self.kubeconfig_of("bench")

    def kubeconfig_of(self, user):
        """For somebody whom the server tells from others by the token."""
        path = self.ca.with_name(f"kubeconfig-{user}")
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "bench",
            "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": user}}],
            "users": [{"name": user, "user": {"token": user}}],
            "clusters": [{"name": "bench", "cluster": {"server": self.url, "certificate-authority": str(self.ca)}}]}))
        return path

    def ask(self, path, method="GET"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.own_port}/bench/{path}", method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def download_ms(self, paths):
        """All of the lists as protobuf over one connection, kept nowhere."""
        command = ["curl", "-sS", "-f", "--cacert", self.ca, "-H", "Accept: application/vnd.kubernetes.protobuf"]
        for path in paths:
            command += ["-o", "/dev/null", f"{self.url}/{path}?resourceVersion=0"]
        started = time.monotonic()
        subprocess.run(command, check=True)
        return (time.monotonic() - started) * 1000

    def close(self):
        self.process.kill()
        self.process.wait()


class Watched:
    """A console whose screen is read and whose memory is looked at while it works. `seen` are the milliseconds from the start
    to the last byte of the first screen that showed an expression of `awaited`."""

    def __init__(self, command, awaited):
        self.console = Console(command, COLUMNS, ROWS)
        self.screen, self.fed, self.peak, self.looked = Screen(COLUMNS, ROWS), 0, 0.0, 0.0
        self.awaited, self.seen = dict(awaited), {}

    def step(self, seconds):
        self.console.read(seconds)
        now = time.monotonic()
        if now - self.looked > 0.1:
            try:
                self.peak, self.looked = max(self.peak, self.console.pss()), now
            except OSError:
                raise SystemExit(f"the console ended: {self.console.text()[-600:].decode(errors='replace')}") from None
        if self.fed == len(self.console.output):
            return
        self.screen.feed(bytes(self.console.output[self.fed:]))
        self.fed = len(self.console.output)
        for name, expression in list(self.awaited.items()):
            if re.search(expression, self.screen.text()):
                self.seen[name] = (self.console.last_byte - self.console.started) * 1000
                del self.awaited[name]

    def read(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.step(min(0.01, left))

    def until(self, name):
        end = time.monotonic() + PATIENCE_S
        while name not in self.seen and time.monotonic() < end:
            self.step(0.005)
        return self.seen.get(name)

    def key(self, key):
        """Milliseconds to the last byte of the frame in which the cursor's bar has moved; None when it did not."""
        row, sent = self.screen.selected(), time.monotonic()
        os.write(self.console.fd, key)
        while time.monotonic() < sent + KEY_PATIENCE_S:
            self.step(0.001)
            if self.screen.selected() != row and self.console.output.endswith(FRAME_END):
                return (self.console.last_byte - sent) * 1000
        return None

    def go(self, words):
        os.write(self.console.fd, words)
        self.read(1)


def tell_server(name, before, after, seconds):
    """What was asked of the server between two looks, a second."""
    requests = sum(after["requests"].values()) - sum(before["requests"].values())
    tell(f"{name}/requests", requests / seconds, "/s")
    tell(f"{name}/server-bytes", (after["sent"] - before["sent"]) / seconds, "B")
    tell(f"{name}/connections-open", after["open"], "connections")


class Bench:
    def __init__(self, server, command, options):
        self.server, self.command, self.options = server, command, options
        self.samples, self.loading_keys = {}, []

    def sample(self, name, value, unit):
        self.samples.setdefault((name, unit), []).append(value)

    def load(self):
        """One start to the complete screen beside the bare download of the same lists. The console, still running."""
        bare_pods = self.server.download_ms(LISTS[:1])
        self.server.ask("reset", "POST")
        bare, bare_bytes = self.server.download_ms(LISTS), self.server.ask("stats")["sent"]
        self.server.ask("reset", "POST")
        time.sleep(1)  # a server that has just sent half a gigabyte tidies up
        server_before = processor_s(self.server.process.pid)
        clusters = self.options.clusters
        watched = Watched(self.command, {"first": rf"\b{clusters} clusters +{clusters * 3} brokers",
                                         "complete": rf"pods \({clusters * 3}\)"})
        first = watched.until("first")
        os.write(watched.console.fd, b":pods\r")
        complete = self.keys_until_complete(watched) if first else None
        stats, spent = self.server.ask("stats"), watched.console.cpu()
        self.sample("bare-download-pods", bare_pods, "ms")
        self.sample("bare-download", bare, "ms")
        if first:
            self.sample("first-screen", first, "ms")
        else:
            print(f"the first screen never came within {PATIENCE_S} s")
        if complete:
            self.sample("complete-screen", complete, "ms")
            self.sample("complete-to-bare", complete / bare, "x")
            self.sample("complete-to-bare-pods", complete / bare_pods, "x")
        else:
            print(f"the complete screen never came within {PATIENCE_S} s: {watched.screen.text()[:400]}")
        self.sample("never-complete", int(not complete), "times")
        self.sample("loading/cpu", spent, "s")
        self.sample("loading/server-cpu", processor_s(self.server.process.pid) - server_before, "s")
        self.sample("loading/server-bytes", stats["sent"], "B")
        self.sample("bare-download-bytes", bare_bytes, "B")
        self.sample("loading/requests", sum(stats["requests"].values()), "requests")
        self.sample("loading/forwards-and-execs", sum(stats["requests"].get(sub, 0) for sub in ("portforward", "exec")), "requests")
        self.sample("loading/connections", stats["connections"], "connections")
        watched.read(self.options.settle)
        self.sample("loading/connections-open-most", self.server.ask("stats")["openMost"], "connections")
        self.sample("peak-pss", watched.peak, "MiB")
        self.sample("settled-pss", watched.console.pss(), "MiB")
        return watched

    def keys_until_complete(self, watched):
        """Somebody moves through the pods while they come."""
        end, number = time.monotonic() + PATIENCE_S, 0
        while "complete" not in watched.seen and time.monotonic() < end:
            if re.search(r"pods \(\d{2,}\)", watched.screen.text()) and watched.screen.selected():
                self.loading_keys.append(watched.key(b"jk"[number % 2:][:1]))
                number += 1
            watched.read(0.1 if number else 0.005)
        return watched.seen.get("complete")

    def rest(self, watched, name, seconds):
        """Nobody types: processor time and bytes, as of a minute."""
        console = watched.console
        before, server = self.server.ask("stats"), processor_s(self.server.process.pid)
        spent, size = console.cpu(), len(console.output)
        began = time.monotonic()
        watched.read(seconds)
        elapsed = time.monotonic() - began
        after = self.server.ask("stats")
        tell(f"{name}/cpu", (console.cpu() - spent) * 100 / elapsed, "%")
        tell(f"{name}/terminal-bytes-a-minute", (len(console.output) - size) * 60 / elapsed, "B")
        tell(f"{name}/server-cpu", (processor_s(self.server.process.pid) - server) * 100 / elapsed, "%")
        tell_server(name, before, after, elapsed)
        if after["changes"]:
            tell(f"{name}/changes", (after["changes"] - before["changes"]) / elapsed, "changes/s")
            tell(f"{name}/changes-not-fetched", after["behind"], "changes")

    def keys(self, watched, name):
        latencies, end = [], time.monotonic() + KEYS_S
        for i in range(self.options.keys):
            if time.monotonic() > end:
                break
            latencies.append(watched.key(b"jk"[i % 2:][:1]))
            watched.read(0.02)
        tell_keys(f"{name}/key", latencies)

    def tell_to_alone(self, alone):
        """What is shown is the same: the other pods should add nothing."""
        for (name, unit), values in self.samples.items():
            others = alone.samples.get((name, unit))
            if others and unit in ("ms", "s", "MiB", "B") and not name.startswith("bare") and statistics.median(others):
                tell(f"to-alone/{name}", statistics.median(values) / statistics.median(others), "x")

    def run(self, alone):
        for i in range(self.options.runs):
            if alone:
                alone.load().console.close()
            watched = self.load()
            if i + 1 < self.options.runs:
                watched.console.close()
        if alone:
            self.tell_to_alone(alone)
        for (name, unit), values in self.samples.items():
            tell(name, values, unit)
        if self.loading_keys:
            tell_keys("loading/key", self.loading_keys)
        for rate in self.options.changes:
            name = f"{rate}-changes" if rate else "rest"
            self.server.ask(f"changes?rate={rate}", "POST")
            watched.go(b"\x1b")  # to the deck
            watched.read(2)
            self.rest(watched, name, self.options.rest)
            watched.go(b":pods\r")
            self.keys(watched, name)
            tell(f"{name}/pss", watched.console.pss(), "MiB")
        watched.console.close()


def beside(server, options):
    """The rivals that are here, on the same server: kubectl's whole list and its watch, and k9s to its last row."""
    for program in ("kubectl", "k9s"):
        if not shutil.which(program):
            print(f"{program}: not run: there is none on this machine")
    if not shutil.which("kubectl"):
        return
    times, peaks = [], []
    for _ in range(max(options.runs // 3, 1)):
        started = time.monotonic()
        child = subprocess.Popen(["kubectl", "--kubeconfig", server.kubeconfig, "get", "pods", "-A", "--no-headers"],
                                 stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(child.pid, 0)
        times.append((time.monotonic() - started) * 1000)
        peaks.append(used.ru_maxrss / 1024)
    tell("kubectl/complete-list", times, "ms")
    tell("kubectl/peak-resident", peaks, "MiB")
    if shutil.which("k9s"):
        pods = options.clusters * 3 + options.others
        watched = Watched(["k9s", "--kubeconfig", str(server.kubeconfig), "-A", "-c", "pods"],
                          {"complete": rf"(?i)pods\(all\)\[{pods}\]"})
        tell("k9s/complete-screen", watched.until("complete"), "ms")
        tell("k9s/peak-pss", watched.peak, "MiB")
        watched.console.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=2)
    parser.add_argument("--others", type=int, default=0)
    parser.add_argument("--changes", type=int, action="append", default=[], help="a second; 0 = at rest; several in turn")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--settle", type=float, default=5)
    parser.add_argument("--rest", type=float, default=60)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--beside", action="store_true")
    parser.add_argument("mqdeck")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GOCACHE", os.path.expanduser("~/.cache/go-build"))
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        binary = build_server(folder)
        servers = [Server(folder, binary, options.clusters, others) for others in [options.others, 0][:1 + options.alone]]
        benches = [Bench(server, [options.mqdeck, "-A", "--kubeconfig", str(server.kubeconfig)], options) for server in servers]
        try:
            benches[0].run(benches[1] if options.alone else None)
            if options.beside:
                servers[0].ask("changes?rate=0", "POST")
                beside(servers[0], options)
        finally:
            for server in servers:
                server.close()


if __name__ == "__main__":
    sys.exit(main())
