"""Plays Strimzi's cluster operator: Kafka and its KafkaNodePools -> StrimziPodSets, services, certificates, status."""

import base64
import hashlib
import re
import secrets

import brokers
import podsets
import users
from certificates import authority, signed
from kafka_pod import CONTROL_PLANE, REPLICATION, pod, server_config
from kube import digest, is_ready, set_condition

MANAGER_LABELS = {"app.kubernetes.io/name": "kafka", "app.kubernetes.io/managed-by": "strimzi-cluster-operator"}


def reconcile(kube, lab):
    pools = kube.list("KafkaNodePool")
    clusters = []
    for kafka in kube.list("Kafka"):
        if "deletionTimestamp" not in kafka["metadata"]:
            name = kafka["metadata"]["name"]
            own = [pool for pool in pools if pool["metadata"].get("labels", {}).get("strimzi.io/cluster") == name]
            clusters.append(Cluster(kube, lab, kafka, sorted(own, key=lambda pool: pool["metadata"]["name"])))
    for cluster in clusters:
        cluster.reconcile()
    podsets.reconcile(kube)
    for cluster in clusters:
        users.reconcile(kube, cluster)


def annotated(thing, annotation):
    return thing["metadata"].get("annotations", {}).get("strimzi.io/" + annotation) == "true"


class Cluster:
    def __init__(self, kube, lab, kafka, pools):
        self.kube, self.lab, self.kafka, self.pools = kube, lab, kafka, pools
        self.name = kafka["metadata"]["name"]
        self.spec = kafka["spec"]["kafka"]
        self.status = kafka.get("status", {})
        self.warnings = []
        self.ids = {}  # of the nodes each pool is to have
        self.selector = {"strimzi.io/cluster": self.name, "strimzi.io/kind": "Kafka",
                         "strimzi.io/name": self.name + "-kafka"}
        self.labels = {**self.selector, **MANAGER_LABELS, "strimzi.io/component-type": "kafka",
                       "app.kubernetes.io/instance": self.name, "app.kubernetes.io/part-of": "strimzi-" + self.name}
        self.bootstrap = f"{self.name}-kafka-bootstrap.{kube.namespace}.svc"
        self.headless = f"{self.name}-kafka-brokers.{kube.namespace}.svc"

    def selector_text(self):
        return ",".join(f"{key}={value}" for key, value in self.selector.items())

    def node_name(self, pool, node):
        return f"{self.name}-{pool['metadata']['name']}-{node}"

    def reconcile(self):
        if annotated(self.kafka, "pause-reconciliation"):
            paused = one_condition(self.status.get("conditions", []), "ReconciliationPaused")
            self.kube.set_status(self.kafka, {
                "conditions": paused, "observedGeneration": self.kafka["metadata"]["generation"]})
            return
        cluster_id = self.status.get("clusterId") or kafka_uuid(secrets.token_bytes(16))
        self.kube.set_status(self.kafka, {"clusterId": cluster_id})
        self.apply_authorities()
        for pool in self.pools:
            self.ids[pool["metadata"]["name"]] = self.node_ids(pool)
        quorum = self.first_quorum(cluster_id)
        self.apply_services()
        for pool in self.pools:
            self.apply_pool(pool, quorum)
        pods = self.kube.list("Pod", self.selector_text())
        self.unregister_removed(pods)
        self.report(cluster_id, pods, brokers.roll(self, pods))

    # ---- which nodes there are ----

    def node_ids(self, pool):
        """The ids a pool has: free ids are added, the highest leave; a broker that holds partitions does not."""
        ids = list(pool.get("status", {}).get("nodeIds", []))
        wanted = pool["spec"]["replicas"]
        checked = "broker" in pool["spec"]["roles"] and not annotated(self.kafka, "skip-broker-scaledown-check")
        if wanted < len(ids) and checked:
            leaving = sorted(ids)[wanted:]
            if brokers.hold_partitions(self, leaving):
                wanted = len(ids)
                name = pool["metadata"]["name"]
                text = f"Reverting scale-down of KafkaNodePool {name} by changing number of replicas to {wanted}"
                self.warnings.append(("ScaleDownPreventionCheck", text))
        ids = sorted(ids)[:wanted]
        taken = {node for given in self.ids.values() for node in given}
        taken |= {node for other in self.pools for node in other.get("status", {}).get("nodeIds", [])}
        free = (node for node in range(1000) if node not in taken)
        while len(ids) < wanted:
            ids.append(next(free))
        return ids

    def first_quorum(self, cluster_id):
        """The controllers the cluster was formatted with, for ever; later ones join as observers."""
        kept = self.kube.get("ConfigMap", self.name + "-quorum")
        if kept:
            return kept["data"]
        at = {node: f"{self.node_name(pool, node)}.{self.headless}:{CONTROL_PLANE}"
              for pool in self.pools if "controller" in pool["spec"]["roles"]
              for node in self.ids[pool["metadata"]["name"]]}
        data = {"cluster.id": cluster_id, "servers": ",".join(at.values()), "initial-controllers": ",".join(
            f"{node}@{address}:{kafka_uuid(hashlib.md5(f'{cluster_id}/{node}'.encode()).digest())}"
            for node, address in at.items())}
        if at:
            self.kube.apply("ConfigMap", self.name + "-quorum", self.kafka, self.labels, {"data": data})
        return data

    # ---- what is made of it ----

    def apply_secret(self, name, make, labels=None):
        """Made once: it holds what is random."""
        if not self.kube.get("Secret", name):
            self.kube.apply("Secret", name, self.kafka, labels or self.labels, {"stringData": make()},
                            {"strimzi.io/ca-cert-generation": "0"})

    def apply_authorities(self):
        for which in ("cluster", "clients"):
            name = f"{self.name}-{which}-ca"
            if self.kube.get("Secret", name) and self.kube.get("Secret", name + "-cert"):
                continue
            certificate, key = authority(f"{which}-ca v0")
            self.apply_secret(name, lambda key=key: {"ca.key": key})
            self.apply_secret(name + "-cert", lambda certificate=certificate: {"ca.crt": certificate})

    def authority(self, which):
        certificate = self.kube.get("Secret", f"{self.name}-{which}-ca-cert")
        key = self.kube.get("Secret", f"{self.name}-{which}-ca")
        return tuple(base64.b64decode(text).decode() for text in (certificate["data"]["ca.crt"], key["data"]["ca.key"]))

    def apply_services(self):
        ports = [{"name": "tcp-replication", "port": REPLICATION, "targetPort": REPLICATION, "protocol": "TCP"}]
        ports += [{"name": "tcp-" + one["name"], "port": one["port"], "targetPort": one["port"], "protocol": "TCP"}
                  for one in self.spec["listeners"]]
        control = {"name": "tcp-ctrlplane", "port": CONTROL_PLANE, "targetPort": CONTROL_PLANE, "protocol": "TCP"}
        self.kube.apply("Service", self.name + "-kafka-bootstrap", self.kafka, self.labels, {"spec": {
            "type": "ClusterIP", "selector": {**self.selector, "strimzi.io/broker-role": "true"}, "ports": ports}})
        self.kube.apply("Service", self.name + "-kafka-brokers", self.kafka, self.labels, {"spec": {
            "clusterIP": "None", "publishNotReadyAddresses": True, "selector": self.selector,
            "ports": [control, *ports]}})
        self.kube.apply("ServiceAccount", self.name + "-kafka", self.kafka, self.labels,
                        {"automountServiceAccountToken": False})
        count = sum(map(len, self.ids.values()))
        self.kube.apply("PodDisruptionBudget", self.name + "-kafka", self.kafka, self.labels, {"spec": {
            "minAvailable": max(count - 1, 0), "selector": {"matchLabels": self.selector}}})
        self.kube.apply("ConfigMap", self.name + "-kafka-start", self.kafka, self.labels, {
            "data": {"broker": (self.lab / "manifests/operators/kafka-broker").read_text()}})

    def apply_pool(self, pool, quorum):
        pool_name = pool["metadata"]["name"]
        set_name = f"{self.name}-{pool_name}"
        labels = {**self.labels, "strimzi.io/pool-name": pool_name}
        pods = []
        for node in self.ids[pool_name]:
            name = self.node_name(pool, node)
            own = {**labels, "strimzi.io/pod-name": name, "statefulset.kubernetes.io/pod-name": name,
                   "strimzi.io/controller": "strimzipodset", "strimzi.io/controller-name": set_name,
                   **{f"strimzi.io/{role}-role": str(role in pool["spec"]["roles"]).lower()
                      for role in ("broker", "controller")}}
            config = server_config(self, pool, node, name, quorum)
            self.kube.apply("ConfigMap", name, self.kafka, own, {"data": {"server.config": config, **quorum}})
            self.apply_secret(name, lambda name=name: self.node_certificate(name), own)
            self.apply_claims(pool, name, own)
            revision = digest([config, pool["spec"].get("resources"), pool["spec"].get("jvmOptions")])
            pods.append(pod(self, pool, name, own, revision))
        self.kube.apply("StrimziPodSet", set_name, self.kafka, labels, {"spec": {
            "selector": {"matchLabels": {**self.selector, "strimzi.io/pool-name": pool_name}}, "pods": pods}})

    def node_certificate(self, name):
        services = [f"{self.name}-kafka-{which}" for which in ("bootstrap", "brokers")]
        services.append(f"{name}.{self.name}-kafka-brokers")
        here = "." + self.kube.namespace
        ends = ("", here, here + ".svc", here + ".svc.cluster.local")
        certificate, key = signed(*self.authority("cluster"), f"/O=io.strimzi/CN={self.name}-kafka",
                                  [service + end for service in services for end in ends])
        return {name + ".crt": certificate, name + ".key": key}

    def apply_claims(self, pool, name, labels):
        for volume in pool["spec"]["storage"]["volumes"]:
            claim = f"data-{volume['id']}-{name}"
            if not self.kube.get("PersistentVolumeClaim", claim):
                self.kube.apply("PersistentVolumeClaim", claim, None, labels, {"spec": {
                    "accessModes": ["ReadWriteOnce"], "storageClassName": volume.get("class"),
                    "resources": {"requests": {"storage": volume["size"]}}}})

    def unregister_removed(self, pods):
        """A broker that has gone is taken off the cluster's books, once its pod is gone too."""
        have = {node for ids in self.ids.values() for node in ids}
        there = {int(one["metadata"]["name"].rsplit("-", 1)[1]) for one in pods}
        known = self.status.get("registeredNodeIds", [])
        kept = {node for node in known if node not in have and (node in there or not brokers.unregister(self, node))}
        self.kube.set_status(self.kafka, {"registeredNodeIds": sorted(have | kept)})

    # ---- what is said of it ----

    def report(self, cluster_id, pods, rolling):
        """As Strimzi does: the status is written at the end of a change, not in the middle of it."""
        ready = {one["metadata"]["name"] for one in pods if is_ready(one)}
        missing = [name for pool in self.pools for node in self.ids[pool["metadata"]["name"]]
                   if (name := self.node_name(pool, node)) not in ready]
        changing = rolling or any(one.get("status", {}).get("observedGeneration") != one["metadata"]["generation"]
                                  for one in (self.kafka, *self.pools))
        conditions = [dict(one) for one in self.status.get("conditions", [])]
        if not missing:
            self.report_done(conditions, cluster_id)
        elif "kafkaVersion" not in self.status:
            self.kube.set_status(self.kafka, {"conditions": one_condition(
                conditions, "NotReady", "Creating", "Kafka cluster is being deployed")})
        elif not changing:
            self.kube.set_status(self.kafka, {"conditions": one_condition(
                conditions, "NotReady", "TimeoutException", "not ready: " + ", ".join(missing))})
        for pool in self.pools:
            name = pool["metadata"]["name"]
            status = {"nodeIds": self.ids[name], "replicas": len(self.ids[name]), "roles": pool["spec"]["roles"],
                      "clusterId": cluster_id, "labelSelector": f"{self.selector_text()},strimzi.io/pool-name={name}"}
            if not missing:
                status["observedGeneration"] = pool["metadata"]["generation"]
            self.kube.set_status(pool, status)

    def report_done(self, conditions, cluster_id):
        conditions = one_condition(conditions, "Ready")
        for reason, message in self.warnings:
            set_condition(conditions, "Warning", "True", reason, message)
        self.kube.set_status(self.kafka, {
            "conditions": conditions, "observedGeneration": self.kafka["metadata"]["generation"],
            "kafkaVersion": self.spec["version"], "kafkaMetadataVersion": self.spec.get("metadataVersion"),
            "kafkaMetadataState": "KRaft", "operatorLastSuccessfulVersion": "mqdeck-lab", "clusterId": cluster_id,
            "kafkaNodePools": [{"name": pool["metadata"]["name"]} for pool in self.pools],
            "listeners": self.listener_status()})

    def listener_status(self):
        authority = self.authority("cluster")[0]
        return [{"name": one["name"], "addresses": [{"host": self.bootstrap, "port": one["port"]}],
                 "bootstrapServers": f"{self.bootstrap}:{one['port']}",
                 **({"certificates": [authority]} if one["tls"] else {})}
                for one in self.spec["listeners"]]


def one_condition(conditions, kind, reason=None, message=None):
    """The list with this one condition alone, its time kept when it was there before."""
    conditions = [dict(one) for one in conditions if one["type"] == kind]
    set_condition(conditions, kind, "True", reason, message)
    return conditions


def kafka_uuid(raw):
    """16 bytes as Kafka writes them; a leading dash would look like an option."""
    return re.sub("^[-_]", "A", base64.urlsafe_b64encode(raw)[:22].decode())
