#!/usr/bin/env python3
"""What one large broker cluster costs the console: Kafka with 200,000 partitions and 5,000 groups, or RabbitMQ with 50,000
queues, behind a scripted API server whose port-forwards reach brokers that answer in the real formats from memory.

    tests/bench/big_brokers.py --kind kafka|rabbitmq [--partitions 200000] [--groups 5000] [--queues 50000] [--runs 3] MQDECK

Told: from the first byte of the brokers' answer to the screen that counts all partitions or queues, beside the bare download of
the same pages; memory, beside a cluster that holds next to nothing; a key's frame, processor time and what the brokers are
asked while nobody types. The brokers run in this process, so times of groups' lag count this server's work too.
"""
import argparse
import asyncio
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from console import tell_keys  # noqa: E402
from figures import tell  # noqa: E402
from kafka_broker import METADATA, KafkaCluster  # noqa: E402
from limits import Api, cluster_objects, forwarded, management_answer  # noqa: E402
from scale import Watched  # noqa: E402

FRAME_MAX = 1 << 16
TOPICS_OF = 50  # partitions a topic


def frames(channel, data):
    """Data of a port-forward as WebSocket frames."""
    out = bytearray()
    for at in range(0, len(data), FRAME_MAX):
        piece = channel + data[at:at + FRAME_MAX]
        out += struct.pack(">BBQ", 0x82, 127, len(piece)) + piece
    return bytes(out)


def queue_pages(pod, count):
    """Pages of 500 queues as the management API gives them when it is asked for the columns that mqdeck shows."""
    cluster = pod.rsplit("-", 1)[0]
    nodes = [f"rabbit@{cluster}-{i}" for i in range(3)]
    pages = {}
    for page in range(max((count + 499) // 500, 1)):
        items = [{"name": f"team-{q % 300:03}.orders.queue.{q}", "vhost": "/", "type": "quorum", "state": "running", "node": nodes[q % 3],
                  "leader": nodes[q % 3], "members": nodes, "online": nodes, "messages": q % 1000, "messages_ready": q % 1000,
                  "messages_unacknowledged": 0, "consumers": 2, "memory": 143000 + q, "policy": "ha",
                  "message_stats": {"publish_details": {"rate": 12.4}, "deliver_get_details": {"rate": 12.2}}}
                 for q in range(page * 500, min(count, page * 500 + 500))]
        pages[page + 1] = json.dumps({"filtered_count": count, "item_count": len(items), "items": items, "page": page + 1,
                                      "page_count": max((count + 499) // 500, 1), "page_size": 500, "total_count": count}).encode()
    return pages


class Brokers(Api):
    """One cluster of three. `first_byte` is when the large answer began."""

    def __init__(self, options):
        super().__init__(0, "well", None)
        rabbit = options.kind == "rabbitmq"
        statefulset, self.pods = cluster_objects(0 if rabbit else 1, rabbit)
        self.statefulsets = [statefulset]
        name = statefulset["metadata"]["name"]
        self.first_byte, self.sent = None, 0
        if rabbit:
            self.pages = queue_pages(f"{name}-0", options.queues)
        else:
            namespace = statefulset["metadata"]["namespace"]
            self.kafka = KafkaCluster(lambda b: f"{name}-{b}.{name}.{namespace}.svc.cluster.local", max(options.partitions // TOPICS_OF, 1),
                                      min(TOPICS_OF, options.partitions), options.groups)

    async def forward(self, target, reader, writer):
        port = int(target.split("ports=")[1].split("&")[0])
        pod = target.split("/pods/")[1].split("/")[0]
        writer.write(frames(b"\0", struct.pack("<H", port)) + frames(b"\1", struct.pack("<H", port)))
        waiting = b""
        async for data in forwarded(reader):
            waiting += data
            rest = self.serve_http(waiting, pod, writer) if hasattr(self, "pages") else self.serve_kafka(waiting, pod, writer)
            if rest is None:
                return
            waiting = rest
            await writer.drain()

    def send(self, writer, data):
        self.sent += len(data)
        writer.write(frames(b"\0", data))

    def management(self, path, pod):
        if path.startswith("/api/queues"):
            self.first_byte = self.first_byte or time.monotonic()
            page = int(path.split("page=")[1].split("&")[0]) if "page=" in path else 1
            return self.pages.get(page, self.pages[1])
        return json.dumps(management_answer(path, pod)).encode()

    def serve_http(self, waiting, pod, writer):
        while b"\r\n\r\n" in waiting:
            head, waiting = waiting.split(b"\r\n\r\n", 1)
            self.asked += 1
            body = self.management(head.decode().split(" ")[1], pod)
            self.send(writer, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return waiting

    def serve_kafka(self, waiting, pod, writer):
        while len(waiting) >= 4 and len(waiting) >= 4 + struct.unpack_from(">i", waiting)[0]:
            size, = struct.unpack_from(">i", waiting)
            request, waiting = waiting[4:4 + size], waiting[4 + size:]
            self.asked += 1
            answer = self.kafka.answer(request, int(pod.rsplit("-", 1)[1]))
            if answer is None:
                return None
            if struct.unpack_from(">h", request)[0] == METADATA and len(answer) > 1000:
                self.first_byte = self.first_byte or time.monotonic()
            self.send(writer, struct.pack(">i", len(answer)) + answer)
        return waiting

    def bare_ms(self):
        """The same pages over plain HTTP with curl, kept nowhere."""
        def serve():
            async def answer(reader, writer):
                while head := await reader.readline():
                    if head.startswith(b"GET "):
                        body = self.pages[int(head.decode().split("page=")[1].split(" ")[0])]
                        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                        await writer.drain()
                writer.close()
            return asyncio.start_server(answer, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(serve(), self.loop).result()
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/?page="
        command = ["curl", "-sS", "-f"]
        for page in self.pages:
            command += ["-o", "/dev/null", f"{url}{page}"]
        started = time.monotonic()
        subprocess.run(command, check=True)
        took = (time.monotonic() - started) * 1000
        self.loop.call_soon_threadsafe(server.close)
        return took


def start(options, folder):
    """A console on the view that counts, up to the screen that shows all of it."""
    brokers = Brokers(options)
    config = pathlib.Path(folder, f"kubeconfig-{brokers.port}")
    config.write_text("current-context: t\ncontexts: [{name: t, context: {cluster: c}}]\nclusters: [{name: c, cluster: "
                      f"{{server: 'http://127.0.0.1:{brokers.port}'}}}}]\n")
    view, count = ("queues", options.queues) if options.kind == "rabbitmq" else ("replication", options.partitions)
    watched = Watched([options.mqdeck, "-A", "--kubeconfig", str(config)],
                      {"deck": r"\b1 cluster\b", "all": rf"─{view}\b[^─]*\({count}(?: of \d+)?\)"})
    watched.until("deck")
    os.write(watched.console.fd, f":{view}\r".encode())
    return brokers, watched


def small(options, folder):
    """Memory of the console on a cluster that holds next to nothing."""
    few = argparse.Namespace(**{**vars(options), "partitions": 3, "groups": 1, "queues": 3})
    _, watched = start(few, folder)
    watched.until("all")
    watched.read(3)
    pss = watched.console.pss()
    watched.console.close()
    return pss


def run(options, folder):
    samples, base = {}, small(options, folder)

    def sample(name, value, unit):
        samples.setdefault((name, unit), []).append(value)
    for i in range(options.runs):
        brokers, watched = start(options, folder)
        shown = watched.until("all")
        if shown is None:
            raise SystemExit(f"never all on the screen:\n{watched.screen.text()[:600]}")
        first = (brokers.first_byte - watched.console.started) * 1000
        sample("cpu-to-screen", watched.console.cpu() * 1000, "ms")
        sample("start-to-screen", shown, "ms")
        sample("first-byte-to-screen", shown - first, "ms")
        if options.kind == "rabbitmq":
            bare = brokers.bare_ms()
            sample("bare-download", bare, "ms")
            sample("first-byte-to-screen-to-bare", (shown - first) / bare, "x")
        watched.read(options.settle)
        sample("peak-pss", watched.peak, "MiB")
        sample("settled-pss", watched.console.pss(), "MiB")
        things = options.queues if options.kind == "rabbitmq" else options.partitions * 3
        sample("pss-a-queue" if options.kind == "rabbitmq" else "pss-a-replica", (watched.console.pss() - base) * 2**20 / things, "B")
        if i + 1 < options.runs:
            watched.console.close()
    tell("small-pss", base, "MiB")
    for (name, unit), values in samples.items():
        tell(name, values, unit)
    cpu, asked, sent, size, began = watched.console.cpu(), brokers.asked, brokers.sent, len(watched.console.output), time.monotonic()
    watched.read(options.rest)
    elapsed = time.monotonic() - began
    tell("rest/cpu", (watched.console.cpu() - cpu) * 100 / elapsed, "%")
    tell("rest/requests-to-brokers", (brokers.asked - asked) / elapsed, "/s")
    tell("rest/bytes-from-brokers", (brokers.sent - sent) / elapsed / 1e6, "MB")
    tell("rest/terminal-bytes-a-minute", (len(watched.console.output) - size) * 60 / elapsed, "B")
    latencies = []
    for i in range(options.keys):
        latencies.append(watched.key(b"jk"[i % 2:][:1]))
        watched.read(0.05)
    tell_keys("key", latencies)
    if options.kind == "kafka":
        print("asked, by API:", ", ".join(f"{key} {count}" for key, count in sorted(brokers.kafka.asked.items())))
    watched.console.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("kafka", "rabbitmq"), required=True)
    parser.add_argument("--partitions", type=int, default=200000)
    parser.add_argument("--groups", type=int, default=5000)
    parser.add_argument("--queues", type=int, default=50000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--settle", type=float, default=10)
    parser.add_argument("--rest", type=float, default=60)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("mqdeck")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = folder
        run(options, folder)


if __name__ == "__main__":
    sys.exit(main())
