"""A Kafka cluster of three brokers with very many partitions and groups, as far as it is asked for them: the answers to one
version of each API, rendered once. Facts from Kafka's message definitions (clients/src/main/resources/common/message).
"""
import struct

LIST_OFFSETS, METADATA, OFFSET_FETCH, FIND_COORDINATOR = 2, 3, 9, 10
DESCRIBE_GROUPS, LIST_GROUPS, API_VERSIONS, DESCRIBE_LOG_DIRS = 15, 16, 18, 35
# The one version of each that is spoken; all of them are flexible.
VERSIONS = {LIST_OFFSETS: 7, METADATA: 9, OFFSET_FETCH: 8, FIND_COORDINATOR: 4, DESCRIBE_GROUPS: 5, LIST_GROUPS: 4,
            API_VERSIONS: 3, DESCRIBE_LOG_DIRS: 4}
BROKERS, REPLICAS = 3, 3
NO_TAGS = b"\0"
NO_OPERATIONS = struct.pack(">i", -2**31)


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def text(value):
    value = value.encode()
    return varint(len(value) + 1) + value


def array(items):
    return varint(len(items) + 1) + b"".join(items)


class Reader:
    """A flexible request, after its header."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        value, = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def varint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    def text(self):
        size = self.varint() - 1
        if size < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def array(self, read):
        return [read() for _ in range(self.varint() - 1)]

    def tags(self):
        for _ in range(self.varint()):
            self.varint()
            self.at += self.varint()


class KafkaCluster:
    """`host` names the broker of a number, as advertised."""

    def __init__(self, host, topics, partitions, groups):
        self.host, self.topics, self.partitions = host, [f"team-{t % 300:03}.orders.events.v{t}" for t in range(topics)], partitions
        self.groups = {f"group-{g:05}": self.topics[g % topics] for g in range(groups)}
        self.asked = {}
        self.metadata = self.make_metadata()
        self.log_dirs = self.make_log_dirs()

    def make_metadata(self):
        brokers = [struct.pack(">i", b) + text(self.host(b)) + struct.pack(">i", 9092) + b"\0" + NO_TAGS for b in range(BROKERS)]
        lists = [varint(REPLICAS + 1) + b"".join(struct.pack(">i", (first + i) % BROKERS) for i in range(REPLICAS)) for first in range(BROKERS)]
        partitions = [[struct.pack(">hiii", 0, p, first, 7) + 2 * lists[first] + varint(1) + NO_TAGS for first in range(BROKERS)]
                      for p in range(self.partitions)]
        topics = [struct.pack(">h", 0) + text(name) + b"\0" + array([p[(t + i) % BROKERS] for i, p in enumerate(partitions)]) + NO_OPERATIONS
                  + NO_TAGS for t, name in enumerate(self.topics)]
        return struct.pack(">i", 0) + array(brokers) + text("bench") + struct.pack(">i", 0) + array(topics) + NO_OPERATIONS + NO_TAGS

    def make_log_dirs(self):
        partitions = array([struct.pack(">iqq?", p, 1 << 20, 0, False) + NO_TAGS for p in range(self.partitions)])
        topics = [text(name) + partitions + NO_TAGS for name in self.topics]
        folder = struct.pack(">h", 0) + text("/var/lib/kafka") + array(topics) + struct.pack(">qq", 1 << 40, 1 << 39) + NO_TAGS
        return struct.pack(">ih", 0, 0) + array([folder]) + NO_TAGS

    def group_names(self, broker):
        return [name for i, name in enumerate(self.groups) if i % BROKERS == broker]

    def answer(self, request, broker):
        """The frame that answers a request's frame, without its length; None ends the connection."""
        key, version, correlation = struct.unpack_from(">hhi", request)
        client_size, = struct.unpack_from(">h", request, 8)
        self.asked[key] = self.asked.get(key, 0) + 1
        head = struct.pack(">i", correlation)
        if key == API_VERSIONS:
            return head + self.api_versions(version)
        if VERSIONS.get(key) != version:
            return None
        reader = Reader(request[10 + max(client_size, 0):])
        reader.tags()
        answers = {METADATA: lambda: self.metadata, DESCRIBE_LOG_DIRS: lambda: self.log_dirs, LIST_GROUPS: lambda: self.list_groups(broker),
                   DESCRIBE_GROUPS: lambda: self.describe_groups(reader), OFFSET_FETCH: lambda: self.offsets_of_groups(reader),
                   LIST_OFFSETS: lambda: self.list_offsets(reader), FIND_COORDINATOR: lambda: self.coordinators(reader)}
        return head + NO_TAGS + answers[key]()

    def api_versions(self, version):
        keys = [struct.pack(">hhh", key, only, only) for key, only in VERSIONS.items()]
        if version != VERSIONS[API_VERSIONS]:  # in the oldest form, as Kafka says that it knows another version
            return struct.pack(">hi", 35, len(keys)) + b"".join(keys)
        return struct.pack(">h", 0) + array([key + NO_TAGS for key in keys]) + struct.pack(">i", 0) + NO_TAGS

    def list_groups(self, broker):
        groups = [text(name) + text("consumer") + text("Stable") + NO_TAGS for name in self.group_names(broker)]
        return struct.pack(">ih", 0, 0) + array(groups) + NO_TAGS

    def describe_groups(self, reader):
        def one(name):
            topic = self.groups[name].encode()
            assignment = struct.pack(">hih", 0, 1, len(topic)) + topic + struct.pack(f">i{self.partitions}i", self.partitions, *range(self.partitions)) \
                + struct.pack(">i", -1)
            member = text(f"{name}-1-6f1c2a") + b"\0" + text(name) + text("/10.2.0.9") + varint(1) + varint(len(assignment) + 1) + assignment + NO_TAGS
            return struct.pack(">h", 0) + text(name) + text("Stable") + text("consumer") + text("range") + array([member]) + NO_OPERATIONS + NO_TAGS
        return struct.pack(">i", 0) + array([one(name) for name in reader.array(reader.text)]) + NO_TAGS

    def offsets_of_groups(self, reader):
        partitions = array([struct.pack(">iqi", p, 900, 7) + text("") + struct.pack(">h", 0) + NO_TAGS for p in range(self.partitions)])

        def topic():
            reader.text()
            reader.array(lambda: reader.number(">i"))
            reader.tags()

        def group():
            name = reader.text()
            reader.array(topic)
            reader.tags()
            return text(name) + array([text(self.groups[name]) + partitions + NO_TAGS]) + struct.pack(">h", 0) + NO_TAGS
        return struct.pack(">i", 0) + array(reader.array(group)) + NO_TAGS

    def list_offsets(self, reader):
        def partition():
            index = reader.number(">i")
            reader.at += 12  # epoch and time
            reader.tags()
            return struct.pack(">ihqqi", index, 0, -1, 1000, 7) + NO_TAGS

        def topic():
            name = reader.text()
            partitions = reader.array(partition)
            reader.tags()
            return text(name) + array(partitions) + NO_TAGS
        reader.at += 5  # replica and isolation
        return struct.pack(">i", 0) + array(reader.array(topic)) + NO_TAGS

    def coordinators(self, reader):
        reader.at += 1
        names = list(self.groups)

        def one():
            name = reader.text()
            broker = names.index(name) % BROKERS
            return text(name) + struct.pack(">i", broker) + text(self.host(broker)) + struct.pack(">ih", 9092, 0) + b"\0" + NO_TAGS
        return struct.pack(">i", 0) + array(reader.array(one)) + NO_TAGS
