#!/usr/bin/env python3
"""The log at its most talkative and the bug report, of real sessions against a served embedded cluster: no secret is in
either, no name of the cluster is in the report, and each layer tells what it should."""
import base64
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

MQDECK = os.path.abspath(sys.argv.pop(1))
PATIENCE_S = 240
# Names of the embedded cluster that are words of mqdeck or of Kubernetes as well.
COMMON = {"events", "logs", "kafka", "rabbitmq", "local", "standard"}
SHEETS = {
    "clusters": ("cluster", "namespace"),
    "brokers": ("broker", "node", "zone", "claim", "volume"),
    "volumes": ("claim", "volume"),
    "services": ("service",),
    "nodes": ("node",),
    "topics": ("topic",),
    "queues": ("queue", "policy"),
    "groups": ("group",),
}
PLUGIN = """#!/bin/sh
echo "canary-complaint" >&2
{behaviour}
"""


class Traces(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mqdeck-traces-")
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.log = self.root / "log"
        self.kubeconfig = self.root / "kubeconfig"
        self.environment = dict(os.environ, XDG_STATE_HOME=str(self.root / "state"), MQDECK_CONFIG=os.devnull)
        server = subprocess.Popen([MQDECK, "demo-server", "--write-kubeconfig", str(self.kubeconfig)],
                                  env=self.environment, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        end = time.monotonic() + PATIENCE_S
        while not (self.kubeconfig.exists() and self.kubeconfig.stat().st_size > 0):
            self.assertLess(time.monotonic(), end, "the server did not start")
            time.sleep(0.05)
        text = self.kubeconfig.read_text()
        self.server = re.search(r"server: (\S+)", text).group(1)
        self.token = re.search(r"token: (\S+)", text).group(1)

    def mqdeck(self, *words, code=0):
        done = subprocess.run([MQDECK, "--kubeconfig", str(self.kubeconfig), "--log-file", str(self.log),
                               "--log-level", "trace", "--settle-timeout", "60s", *words],
                              env=self.environment, cwd=self.root, capture_output=True, text=True, timeout=PATIENCE_S)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stderr)
        return done

    def secrets(self):
        """What the embedded cluster's Secrets hold, and the token."""
        request = urllib.request.Request(self.server + "/api/v1/secrets",
                                         headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request) as answer:
            items = json.load(answer)["items"]
        values = {base64.b64decode(value).decode() for item in items for value in item.get("data", {}).values()}
        encoded = {value for item in items for value in item.get("data", {}).values()}
        found = {value for value in values | encoded if len(value) >= 8 and "password" not in value}
        self.assertGreaterEqual(len(found), 3, values)
        return found | {self.token}

    def assert_without(self, canaries, *texts):
        for text in texts:
            for canary in canaries:
                self.assertNotIn(canary, text)

    def users(self, lines, cluster=""):
        """Another way to say who we are."""
        text = re.sub(r"    token: \S+\n", lines, self.kubeconfig.read_text())
        self.kubeconfig.write_text(re.sub(r"(    server: \S+\n)", r"\1" + cluster, text))

    def plugin(self, behaviour):
        path = self.root / "plugin"
        path.write_text(PLUGIN.format(behaviour=behaviour))
        path.chmod(0o700)
        self.users("    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
                   f"      command: {path}\n      args: [--password, canary-argument]\n"
                   "      env: [{name: CANARY, value: canary-environment}]\n      interactiveMode: Never\n")

    def report(self, name="report", code=0):
        path = self.root / name
        done = self.mqdeck("bug-report", str(path), code=code)
        return path.read_text(), done

    def test_a_session_tells_much_and_no_secret(self):
        canaries = self.secrets()
        self.mqdeck("get", "replication", "-o", "json")
        self.mqdeck("run", "cordon", "node-1", "--yes", "--accept", "careful")
        report, done = self.report()
        log = self.log.read_text()
        for line in (r"kube request reason=\".+\" method=GET path=/api/v1/\S+ status=200 bytes=[1-9]",
                     r"kube informer listed resource=pods rv=\d+ objects=[1-9]",
                     r"kube informer asks resource=pods for=watch .* rv=\d+",
                     r"kube tunnel opened path=\S+/portforward subprotocol=",
                     r"net WebSocket frame in peer=\S+ opcode=2 bytes=[1-9]",
                     r"net connection made peer=",
                     r"kafka request to=\".+\" api=Metadata version=\d+ correlation=\d+ out=[1-9]\d* in=[1-9]",
                     r"kafka SASL step to=\".+\" mechanism=SCRAM-SHA-\d+ received=[1-9]",
                     r"rabbitmq request pod=\S+ path=/api/overview status=200 bytes=[1-9]",
                     r"rabbitmq round ended label=\S+ ms=\d+ error=\"\"",
                     r"model source begun key=\S+ because=\"image, port[^\"/:]*\"",
                     r"model candidate taken key=\S+ listener=\S+ port=\d+ tls=no sasl=yes",
                     r"model broker joined cluster=\S+ pod=\S+ id=\d+ by=own-word",
                     r"ops lease namespace=\S+ name=\S+ state=held|ops right need=\"patch on nodes\" answer=allowed",
                     r"ops gate type=node-seen verdict=open",
                     r"ops plan ended state=done"):
            self.assertRegex(log, line)
        for line in log.splitlines():
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z (error|warn|info|debug|trace) [a-z]+ ")
        self.assert_without(canaries, log, report, done.stderr)

    def test_a_plugin_leaves_nothing(self):
        canaries = ("canary-complaint", "canary-argument", "canary-environment", self.token)
        self.plugin('echo \'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": '
                    '{"token": "%s"}}\'' % self.token)
        self.mqdeck("--trust-exec", "get", "nodes")
        report, _ = self.report(code=0)
        self.assertRegex(self.log.read_text(), r"credential plugin ended pid=\d+ result=ok")
        self.assert_without(canaries, self.log.read_text(), report)

    def test_a_plugin_that_fails_is_not_quoted(self):
        self.plugin("exit 3")
        done = self.mqdeck("--trust-exec", "--settle-timeout", "3s", "get", "nodes", code=1)
        self.assertIn("canary-complaint", done.stderr) # the screen says it
        self.mqdeck("--trust-exec", "--settle-timeout", "3s", "plan", "cordon", "node-1", code=None)
        path = self.root / "failed"
        self.mqdeck("--trust-exec", "--settle-timeout", "3s", "bug-report", str(path))
        log = self.log.read_text()
        self.assertRegex(log, r"credential plugin ended pid=\d+ result=unauthorized")
        self.assertRegex(log, r"kube request reason=.* error=\"unauthorized\"")
        self.assert_without(("canary-complaint", "canary-argument", "canary-environment"), log, path.read_text())

    def test_what_is_refused_is_not_quoted_either(self):
        ways = {"token": ("    token: canary-token\n", ""),
                "password": ("    username: canary-user\n    password: canary-password\n", ""),
                "proxy": ("    token: canary-token\n", "    proxy-url: http://me:canary-proxy@127.0.0.1:1\n")}
        original = self.kubeconfig.read_text()
        for name, (user, cluster) in ways.items():
            with self.subTest(name):
                self.kubeconfig.write_text(re.sub(r"(server: http://[^/]*)/\S*", r"\1", original)) # the path is a key
                self.users(user, cluster)
                self.mqdeck("--settle-timeout", "3s", "get", "nodes", code=1)
                path = self.root / name
                self.mqdeck("--settle-timeout", "3s", "bug-report", str(path))
                self.assertIn("## log", path.read_text())
                self.assert_without(("canary", base64.b64encode(b"canary-user:canary-password").decode()),
                                    self.log.read_text(), path.read_text())

    def test_a_report_names_nothing(self):
        names = set()
        for sheet, fields in SHEETS.items():
            for row in json.loads(self.mqdeck("get", sheet, "-o", "json").stdout):
                names |= {row[field] for field in fields if row[field]}
        names = {name for name in names if len(name) > 2} - COMMON
        self.assertGreater(len(names), 50)
        report, done = self.report()
        self.assertIn("### brokers: 12", report)
        self.assertRegex(report, r"kubernetes=v1\.\d+\.\d+")
        for name in names:
            self.assertNotRegex(report, r"(?<![\w-])" + re.escape(name) + r"(?![\w=-])")
        self.assertNotIn("127.0.0.1", report)
        # Equal names are equal, and other reports have other names for them.
        broker = re.search(r"^- broker=(#[0-9a-f]{8}) cluster=(#[0-9a-f]{8})", report, re.M)
        self.assertIn(f"- cluster={broker.group(2)} ", report)
        self.assertNotIn(broker.group(1), self.report("another")[0])
        self.assertIn("names are hashed", done.stderr)

    def test_a_report_takes_the_log_file_of_the_session_before(self):
        self.mqdeck("get", "brokers")
        with self.log.open("a") as log:
            log.write("not ours: canary-line\n")
        before, after = self.report()[0].split("## log file\n")
        self.assertRegex(before, r"option set option=log-level value=")
        self.assertGreater(len(after.splitlines()), len(before.split("## log\n")[1].splitlines()))
        self.assertEqual(after.count("views #") + after.count("views mqdeck version="), 2) # both sessions began
        self.assertNotIn("canary", after)

    def test_a_report_is_a_new_file_for_its_owner_alone(self):
        path = self.root / "report"
        self.report()
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        for taken in ("report", "link"):
            (self.root / "link").unlink(missing_ok=True)
            (self.root / "link").symlink_to(self.root / "nothing")
            done = self.mqdeck("bug-report", str(self.root / taken), code=1)
            self.assertIn("already exists", done.stderr)
        self.assertFalse((self.root / "nothing").exists())

    def test_what_is_typed_stays_with_the_brokers(self):
        """Both kinds: basic authentication of RabbitMQ, SASL of Kafka."""
        for sheet, row in (("clusters prod", "events"), ("clusters staging", "logs")):
            with self.subTest(row):
                tape = self.root / "typed.tape"
                tape.write_text("\n".join((
                    "Set Size 120x40", "Wait+Screen@60s /orders-0/", f'Type ":{sheet} /{row}"', "Enter",
                    f"Wait+Screen@20s /{row} /", 'Type "i"', "Wait+Screen@20s /Sign in to/", 'Type "canary-user"', "Tab",
                    'Type "canary-password"', "Enter", "Enter", "Sleep 3s", 'Type ":bug-report"', "Enter",
                    "Wait+Screen@20s /wrote mqdeck-bug-report-/")) + "\n")
                self.mqdeck("--yes", "replay", str(tape))
                reports = list(self.root.glob("mqdeck-bug-report-*.txt"))
                log = self.log.read_text()
                self.assertRegex(log, {"events": r"credentials label=prod/events found=yes origin=\"the credentials ",
                                       "logs": r"origin=\"the (user|credentials) "}[row])
                encoded = base64.b64encode(b"canary-user:canary-password").decode()
                self.assert_without(("canary-password", encoded, "Y2FuYXJ5"), log, *(r.read_text() for r in reports))
                for written in reports:
                    written.unlink()

    def test_the_console_writes_one(self):
        tape = self.root / "console.tape"
        tape.write_text("\n".join(("Set Size 120x40", "Wait+Screen@60s /orders-0/", 'Type ":bug-report"', "Enter",
                                   "Wait+Screen@20s /wrote mqdeck-bug-report-.*names are hashed/")) + "\n")
        done = self.mqdeck("replay", str(tape))
        written = list(self.root.glob("mqdeck-bug-report-*.txt"))
        self.assertEqual(len(written), 1, done.stderr)
        text = written[0].read_text()
        self.assertIn("size=120x40", text)
        self.assertRegex(text, r"kafka request to=.* api=Metadata")
        self.assert_without(self.secrets(), text, self.log.read_text())


if __name__ == "__main__":
    unittest.main()
