#!/usr/bin/env python3
"""`get clusters --fleet`: the clusters of several contexts, of which some are dead, silent, wrong or wait for somebody."""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

MQDECK = str(pathlib.Path(sys.argv.pop(1)).resolve())
PATIENCE_S = 120


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Fleet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mqdeck-fleet-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.environment = dict(os.environ, HOME=cls.folder.name, XDG_STATE_HOME=cls.folder.name + "/state",
                               XDG_CONFIG_HOME=cls.folder.name, MQDECK_CONFIG=os.devnull, LC_ALL="C.UTF-8")
        cls.environment.pop("KUBECONFIG", None)
        cls.urls = [cls.serve(name) for name in ("one", "two")]
        cls.silent = socket.create_server(("127.0.0.1", 0), backlog=64)
        cls.addClassCleanup(cls.silent.close)
        cls.ran = pathlib.Path(cls.folder.name, "ran")

    @classmethod
    def serve(cls, name):
        path = pathlib.Path(cls.folder.name, name + ".kubeconfig")
        server = subprocess.Popen([MQDECK, "demo-server", "--write-kubeconfig", str(path)], env=cls.environment,
                                  stderr=subprocess.PIPE, text=True)
        cls.addClassCleanup(server.stderr.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        server.stderr.readline()
        return re.search("server: (.*)", path.read_text()).group(1)

    def kubeconfig(self, *names):
        """Contexts of these names, in that order."""
        servers = {"one": self.urls[0], "two": self.urls[1], "dead": f"http://127.0.0.1:{free_port()}",
                   "silent": f"http://127.0.0.1:{self.silent.getsockname()[1]}", "typed": self.urls[0]}
        lines = ["apiVersion: v1", "kind: Config", "clusters:"]
        lines += [f"- {{name: {name}, cluster: {{server: '{url}'}}}}" for name, url in servers.items()]
        lines += ["contexts:"]
        for name in names:
            user = "typed" if name == "typed" else "plain"
            lines += [f"- {{name: {name}, context: {{cluster: {name if name in servers else 'nowhere'}, user: {user}}}}}"]
        lines += ["users:", "- name: plain", "  user: {}", "- name: typed", "  user:", "    exec:",
                  "      apiVersion: client.authentication.k8s.io/v1", "      command: sh",
                  f"      args: [-c, 'touch {self.ran}']", "      interactiveMode: Always"]
        path = pathlib.Path(self.folder.name, "kubeconfig")
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def mqdeck(self, contexts, *words):
        return subprocess.run([MQDECK, "--kubeconfig", self.kubeconfig(*contexts), *words], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S)

    def test_a_row_a_cluster_with_its_context(self):
        done = self.mqdeck(["two", "one"], "get", "clusters", "--fleet", "-o", "json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = json.loads(done.stdout)
        self.assertEqual([row["context"] for row in rows], ["two"] * 4 + ["one"] * 4)
        self.assertEqual({row["connection"] for row in rows}, {"live"})
        self.assertTrue(all(0 <= row["ageSeconds"] < PATIENCE_S for row in rows))
        of_one = [(row["namespace"], row["cluster"], row["kind"]) for row in rows if row["context"] == "one"]
        self.assertEqual(of_one, sorted(of_one))
        alone = json.loads(self.mqdeck(["one"], "--context", "one", "get", "clusters", "-o", "json").stdout)
        self.assertEqual([list(row) for row in rows[:1]], [["context", "connection", "ageSeconds", *alone[0]]])
        self.assertEqual([row["headline"] for row in rows[4:]], [row["headline"] for row in alone])

    def test_who_fails_is_named_and_holds_up_nobody(self):
        began = time.monotonic()
        done = self.mqdeck(["dead", "one", "typed", "silent", "wrong"], "get", "clusters", "--fleet", "-o", "json",
                           "--settle-timeout", "5s")
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(json.loads(done.stdout)), 4)
        for context, says in (("dead", "connection refused"), ("silent", "has not responded|not respond|timed out"),
                              ("typed", "waits for a sign-in"), ("wrong", "nowhere")):
            self.assertRegex(done.stderr, f"(?m)^mqdeck: {context}: .*({says})")
        self.assertNotIn("mqdeck: one", done.stderr)
        self.assertFalse(self.ran.exists())

    def test_a_dead_one_is_not_waited_for(self):
        began = time.monotonic()
        done = self.mqdeck(["dead", "one"], "get", "clusters", "--fleet", "--settle-timeout", "60s")
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stdout.splitlines()), 5)
        self.assertRegex(done.stdout, "^CONTEXT +LINK +AS OF +CLUSTER ")

    def test_some_of_them_and_all(self):
        contexts = ["dead", "one", "two"]
        done = self.mqdeck(contexts, "get", "clusters", "--fleet", "two", "-o", "yaml")
        self.assertEqual((done.returncode, len(re.findall("(?m)^- context: \"?two\"?$", done.stdout))), (0, 4))
        self.assertEqual(self.mqdeck(contexts, "get", "clusters", "--fleet", "all", "-o", "json").returncode, 1)

    def test_what_it_does_not_do_is_said(self):
        for words, says in ((["get", "clusters", "--fleet", "nowhere"], 'no context "nowhere"'),
                            (["get", "brokers", "--fleet"], "lists clusters"),
                            (["run", "cordon", "node-1", "--yes", "--fleet"], "changed in one context"),
                            (["plan", "cordon", "node-1", "--fleet"], "--fleet")):
            done = self.mqdeck(["one"], *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(says, done.stderr)
        many = self.mqdeck([f"c{number}" for number in range(65)], "get", "clusters", "--fleet")
        self.assertEqual(many.returncode, 2)
        self.assertIn("65 contexts, and a fleet is at most 64", many.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
