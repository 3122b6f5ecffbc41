#!/usr/bin/env python3
"""What the console asks of an API server, and what it does when its descriptors run out: many broker clusters behind a
scripted API server, and a low limit.

    tests/bench/limits.py [--clusters 200] [--brokers silent|refuse|well] [--limit 1024] [--hard] [--h2] [--seconds 30] MQDECK

Half of the clusters are RabbitMQ, half Kafka, three pods each. Their port-forwards open and stay silent, or are refused inside
the pod, or RabbitMQ answers there and is well (then all clusters are RabbitMQ). The limit is the soft one; with --hard it is
the hard one as well, and mqdeck cannot raise it. With --h2 the server speaks TLS, and HTTP/2 to who asks for it (python3-h2 and
openssl are needed), else HTTP/1.1 in plain text. Printed: whether mqdeck lives, when all clusters were on the screen and all
pods had been listed, how many descriptors it had open at most and connections but port-forwards, what it asked the API server
for in the whole time and a second in the last third of it, how many of these are costly (port-forwards, execs, logs and
secrets) and the most of them within a second, what it asked the brokers, processor time, and whether a sentence on the limit
was on the screen.
"""
import argparse
import asyncio
import base64
import collections
import hashlib
import importlib.util
import json
import os
import pathlib
import re
import resource
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from console import Console  # noqa: E402
from figures import tell  # noqa: E402

WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OTHER_LISTS = b'{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[]}'


REFUSED = b"error forwarding port: failed to connect to localhost: dial tcp 127.0.0.1: connect: connection refused"


def management_answer(path, pod):
    """RabbitMQ's management API, as far as it is asked: a cluster of three nodes without queues, which is well."""
    name, node = pod.rsplit("-", 1)[0], f"rabbit@{pod}"
    if path.startswith("/api/overview"):
        return {"node": node, "cluster_name": name, "rabbitmq_version": "4.0.5", "management_version": "4.0.5",
                "object_totals": {"queues": 0, "connections": 0}}
    if path.startswith("/api/nodes"):
        return [{"name": f"rabbit@{name}-{i}", "running": True, "being_drained": False, "partitions": [], "mem_used": 1 << 27,
                 "mem_limit": 1 << 30, "disk_free": 1 << 33, "disk_free_limit": 1 << 30, "mem_alarm": False,
                 "disk_free_alarm": False} for i in range(3)]
    if path.startswith("/api/health/checks"):
        return {"status": "ok"}
    return {"page": 1, "page_count": 1, "page_size": 500, "total_count": 0, "item_count": 0, "items": []}


def frame(payload):
    size = len(payload)
    head = struct.pack(">BB", 0x82, size) if size < 126 else struct.pack(">BBH", 0x82, 126, size)
    return head + payload


async def read_frame(reader):
    """Opcode and payload of what a client sent, unmasked."""
    first, second = await reader.readexactly(2)
    size = second & 127
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(size)
    return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


async def forwarded(reader):
    """What comes through the data channel of a port-forward, until that ends."""
    while True:
        opcode, payload = await read_frame(reader)
        if opcode == 8:
            return
        if opcode in (0, 1, 2) and payload[:1] == b"\0":
            yield payload[1:]


def cluster_objects(number, rabbit):
    name, namespace = f"mq-{number}", f"team-{number // 4}"
    image = "rabbitmq:4.0-management" if rabbit else "apache/kafka:4.0.0"
    ports = [{"containerPort": port} for port in ((5672, 15672) if rabbit else (9092,))]
    environment = [{"name": "RABBITMQ_DEFAULT_USER", "value": "app"}, {"name": "RABBITMQ_DEFAULT_PASS", "value": "x"}]
    template = {"containers": [{"name": "broker", "image": image, "ports": ports, "env": environment if rabbit else []}]}
    labels = {"app": name}
    statefulset = {
        "metadata": {"name": name, "namespace": namespace, "uid": f"s{number}", "resourceVersion": "5", "labels": labels},
        "spec": {"replicas": 3, "serviceName": name, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": template}},
        "status": {"replicas": 3, "readyReplicas": 3}}
    pods = [{
        "metadata": {"name": f"{name}-{i}", "namespace": namespace, "uid": f"p{number}-{i}", "resourceVersion": "5",
                     "labels": labels,
                     "ownerReferences": [{"kind": "StatefulSet", "name": name, "uid": f"s{number}", "controller": True}]},
        "spec": {"hostname": f"{name}-{i}", "subdomain": name, "nodeName": "node-1", **template},
        "status": {"phase": "Running", "podIP": f"10.{number // 250}.{number % 250}.{i + 1}",
                   "conditions": [{"type": "Ready", "status": "True"}]}} for i in range(3)]
    return statefulset, pods


def selects(selector):
    """A test of labels, for "a=b", "a" and "a in (b,c)", joined by commas."""
    terms = []
    for term in re.split(r",(?![^(]*\))", selector):
        key, of_set, values = term.partition(" in ")
        key, equals, value = key.partition("=")
        terms.append((key, set(values.strip("()").split(",")) if of_set else {value} if equals else None))
    return lambda labels: all(key in labels if values is None else labels.get(key) in values for key, values in terms)


class Http2:
    """A connection that speaks HTTP/2: streams wait for windows, those of watches for ever."""

    def __init__(self, api, reader, writer):
        import h2.config
        import h2.connection
        self.api, self.reader, self.writer = api, reader, writer
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.requests, self.unsent = {}, {}

    async def serve(self):
        import h2.settings
        self.h2.local_settings = h2.settings.Settings(client=False, initial_values={
            h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 250})
        self.h2.initiate_connection()
        self.writer.write(self.h2.data_to_send())
        while data := await self.reader.read(65536):
            for event in self.h2.receive_data(data):
                getattr(self, f"on_{type(event).__name__}", lambda event: None)(event)
            for stream in list(self.unsent):
                self.send(stream)
            self.writer.write(self.h2.data_to_send())
            await self.writer.drain()

    def on_RequestReceived(self, event):
        self.requests[event.stream_id] = [dict(event.headers), b""]

    def on_DataReceived(self, event):
        self.requests[event.stream_id][1] += event.data
        self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)

    def on_StreamReset(self, event):
        self.unsent.pop(event.stream_id, None)

    def on_StreamEnded(self, event):
        headers, body = self.requests.pop(event.stream_id)
        status, answer = self.api.respond(headers[":method"], headers[":path"], body)
        self.h2.send_headers(event.stream_id, [(":status", str(status)), ("content-type", "application/json")])
        if answer is not None:
            self.unsent[event.stream_id] = memoryview(answer)

    def send(self, stream):
        rest = self.unsent[stream]
        while len(rest) and (room := min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)):
            self.h2.send_data(stream, bytes(rest[:room]))
            rest = rest[room:]
        self.unsent[stream] = rest
        if not len(rest):
            self.h2.end_stream(stream)
            del self.unsent[stream]


class Api:
    """Counts what it is asked; lists honour the namespace and the label selector."""

    def __init__(self, clusters, brokers, certificate):
        self.brokers, self.costly, self.asked = brokers, [], 0
        self.statefulsets, self.pods = [], []
        for number in range(clusters):
            statefulset, pods = cluster_objects(number, brokers == "well" or number % 2 == 0)
            self.statefulsets.append(statefulset)
            self.pods += pods
        self.accepted = self.requests = self.forwards = self.askers_peak = 0
        self.askers = set()  # connections that are no port-forward
        self.kinds, self.listed_pods, self.all_listed = collections.Counter(), set(), None
        self.context = None
        if certificate:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.context.load_cert_chain(certificate)
            self.context.set_alpn_protocols(["h2", "http/1.1"])
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self.run, args=(ready,), daemon=True).start()
        ready.wait()

    def run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=4096, ssl=self.context))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    def listed(self, target):
        path, _, query = target.partition("?")
        query = urllib.parse.parse_qs(query)
        items = self.statefulsets if path.endswith("/statefulsets") else self.pods if path.endswith("/pods") else None
        if items is None:
            return OTHER_LISTS
        if "/namespaces/" in path:
            namespace = path.split("/namespaces/")[1].split("/")[0]
            items = [item for item in items if item["metadata"]["namespace"] == namespace]
        for selector in query.get("labelSelector", []):
            wanted = selects(selector)
            items = [item for item in items if wanted(item["metadata"]["labels"])]
        if items and path.endswith("/pods"):
            self.listed_pods |= {item["metadata"]["uid"] for item in items}
            if not self.all_listed and len(self.listed_pods) == len(self.pods):
                self.all_listed = time.monotonic()
        body = {"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": items}
        return json.dumps(body).encode()

    def respond(self, method, target, body):
        """Status and body, None for one without end."""
        self.requests += 1
        if any(word in target for word in ("/secrets/", "/configmaps/", "/log?", "/proxy/")):
            self.costly.append(time.monotonic())
        self.kinds["watches" if "watch=1" in target else "lists" if "?" in target and method == "GET" else "other"] += 1
        if "watch=1" in target:
            return 200, None
        if target.startswith("/version"):
            return 200, b'{"major":"1","minor":"35","gitVersion":"v1.35.0"}'
        if method == "POST":
            review = json.loads(body or b"{}")
            review["status"] = {"allowed": True}
            return 200, json.dumps(review).encode()
        if "/secrets/" in target or "/configmaps/" in target:
            return 404, b'{"kind":"Status","code":404,"reason":"NotFound"}'
        return 200, self.listed(target)

    async def serve(self, reader, writer):
        self.accepted += 1
        secure = writer.get_extra_info("ssl_object")
        try:
            if secure and secure.selected_alpn_protocol() == "h2":
                self.note_asker(writer)
                await Http2(self, reader, writer).serve()
            while not reader.at_eof():
                head = await reader.readuntil(b"\r\n\r\n")
                if not await self.answer(head, reader, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self.askers.discard(writer)
            writer.close()

    def note_asker(self, writer):
        self.askers.add(writer)
        self.askers_peak = max(self.askers_peak, len(self.askers))

    async def forward(self, target, reader, writer):
        """One port of a pod, until either side ends it."""
        if self.brokers == "silent" or "/portforward" not in target:
            await reader.read()
            return
        port = struct.pack("<H", int(target.split("ports=")[1].split("&")[0]))
        writer.write(frame(b"\0" + port) + frame(b"\1" + port))
        if self.brokers == "refuse":
            writer.write(frame(b"\1" + REFUSED) + struct.pack(">BBH", 0x88, 2, 1000))
            return
        pod, text = target.split("/pods/")[1].split("/")[0], b""
        async for data in forwarded(reader):
            text += data
            while b"\r\n\r\n" in text:
                head, text = text.split(b"\r\n\r\n", 1)
                self.asked += 1
                body = json.dumps(management_answer(head.decode().split(" ")[1], pod)).encode()
                writer.write(frame(b"\0HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                                   % len(body) + body))

    async def tunnel(self, target, fields, reader, writer):
        self.requests += 1
        self.forwards += 1
        self.costly.append(time.monotonic())
        key = base64.b64encode(hashlib.sha1(fields["sec-websocket-key"].encode() + WEBSOCKET).digest()).decode()
        protocol = fields.get("sec-websocket-protocol", "").split(",")[0]
        writer.write((f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Accept: {key}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n").encode())
        await self.forward(target, reader, writer)

    async def answer(self, head, reader, writer):
        method, target = head.decode().split(" ")[:2]
        fields = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip()
                  for line in head.decode().split("\r\n")[1:] if ":" in line}
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        if "sec-websocket-key" in fields:
            await self.tunnel(target, fields, reader, writer)
            return False
        self.note_asker(writer)
        status, answer = self.respond(method, target, body)
        if answer is None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            await reader.read()
            return False
        word = "OK" if status == 200 else "Not Found"
        writer.write(f"HTTP/1.1 {status} {word}\r\nContent-Type: application/json\r\n"
                     f"Content-Length: {len(answer)}\r\n\r\n".encode() + answer)
        await writer.drain()
        return True


def self_signed(folder):
    path = str(pathlib.Path(folder, "server.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-keyout", path, "-out", path + ".crt"], check=True, capture_output=True)
    with open(path, "a", encoding="ascii") as file, open(path + ".crt", encoding="ascii") as certificate:
        file.write(certificate.read())
    return path


def descriptors(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def by_tenths(moments, began, seconds):
    """How many a second in each tenth of the time."""
    counts = [0] * 10
    for moment in moments:
        counts[min(9, max(0, int((moment - began) * 10 / seconds)))] += 1
    return " ".join(f"{count * 10 / seconds:.1f}" for count in counts)


def most_within(moments, seconds):
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def ended(pid):
    done, status = os.waitpid(pid, os.WNOHANG)
    return None if done == 0 else f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=200)
    parser.add_argument("--brokers", choices=("silent", "refuse", "well"), default="silent")
    parser.add_argument("--limit", type=int, default=1024)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--h2", action="store_true")
    parser.add_argument("mqdeck")
    options = parser.parse_args()
    if options.h2 and not importlib.util.find_spec("h2"):
        raise SystemExit("--h2 needs the module h2 of this Python: python3-h2")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        api = Api(options.clusters, options.brokers, self_signed(folder) if options.h2 else None)
        config = pathlib.Path(folder, "kubeconfig")
        config.write_text("current-context: t\ncontexts: [{name: t, context: {cluster: c}}]\nclusters: [{name: c, cluster: "
                          f"{{server: 'http{'s' if options.h2 else ''}://127.0.0.1:{api.port}'"
                          f"{', insecure-skip-tls-verify: true' if options.h2 else ''}}}}}]\n")
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        limit = f"ulimit -n {options.limit}" if options.hard else f"ulimit -Sn {options.limit}"
        log = str(pathlib.Path(folder, "log"))
        console = Console(["sh", "-c", limit + ' && exec "$@"', "sh", options.mqdeck, "-A", "--kubeconfig", str(config),
                           "--log-file", log, "--log-level", "debug"], 160, 50)
        measure(console, api, options, log)


def measure(console, api, options, log):
    peak, end, before, shown = 0, None, None, None
    whole = re.compile(rb"%d clusters +%d brokers" % (options.clusters, options.clusters * 3))
    while (now := time.monotonic() - console.started) < options.seconds and not end:
        console.read(0.1)
        peak = max(peak, descriptors(console.pid))
        if shown is None and whole.search(console.text()):
            shown = now
        if before is None and now > options.seconds * 2 / 3:
            before = (now, api.accepted, api.requests, api.forwards, len(api.costly), api.asked, console.cpu(),
                      len(console.output))
        end = ended(console.pid)
    print(f"{'clusters, brokers, soft limit':34} {options.clusters}, {options.brokers}, {options.limit}"
          f"{' (hard)' if options.hard else ''}")
    print(f"{'mqdeck':34} {f'ended after {now:.1f} s: {end}' if end else f'lives after {now:.1f} s'}")
    tell("ended", int(end is not None), "times")
    tell("all-on-the-screen", shown, "s")
    tell("all-pods-listed", api.all_listed and api.all_listed - console.started, "s")
    tell("descriptors-at-most", peak, "descriptors")
    tell("connections-at-once", api.askers_peak, "connections")
    for name, count in (("connections", api.accepted), ("requests", api.requests), ("lists", api.kinds["lists"]),
                        ("watches", api.kinds["watches"]), ("forwards", api.forwards), ("costly-requests", len(api.costly)),
                        ("requests-to-brokers", api.asked)):
        tell(name, count, "times")
    tell("costly-requests-within-a-second", most_within(api.costly, 1), "times")
    print(f"{'costly a second, by tenths':34} {by_tenths(api.costly, console.started, now)}")
    told = pathlib.Path(log).read_text(errors="replace") if pathlib.Path(log).exists() else ""
    print(f"{'limit in the log, lines':34} {told.count('cannot open another connection')}")
    print(f"{'limit on the screen':34} {'yes' if b'cannot open another connection' in console.text() else 'no'}")
    if before and not end:
        seconds = now - before[0]
        rates = [(a - b) / seconds for a, b in zip(
            (api.accepted, api.requests, api.forwards, len(api.costly), api.asked), before[1:6])]
        for name, rate in zip(("connections", "requests", "forwards", "costly-requests", "requests-to-brokers"), rates):
            tell(f"{name}-a-second", rate, "/s")
        tell("cpu", console.cpu(), "s")
        tell("cpu-in-the-last-third", (console.cpu() - before[6]) * 100 / seconds, "%")
        tell("bytes-a-second", (len(console.output) - before[7]) / seconds, "B")
    if not end:
        console.close()


if __name__ == "__main__":
    sys.exit(main())
