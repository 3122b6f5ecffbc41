"""The part of Kubernetes' API the player and the resizer need: lists, server-side apply, status, events, commands in pods."""

import datetime
import hashlib
import http.client
import json
import socket
import ssl
import subprocess
import urllib.parse

RESOURCES = {
    "RabbitmqCluster": ("rabbitmq.com/v1beta1", "rabbitmqclusters"),
    "Kafka": ("kafka.strimzi.io/v1", "kafkas"),
    "KafkaNodePool": ("kafka.strimzi.io/v1", "kafkanodepools"),
    "KafkaUser": ("kafka.strimzi.io/v1", "kafkausers"),
    "StrimziPodSet": ("core.strimzi.io/v1", "strimzipodsets"),
    "StatefulSet": ("apps/v1", "statefulsets"),
    "PodDisruptionBudget": ("policy/v1", "poddisruptionbudgets"),
    "Pod": ("v1", "pods"),
    "Service": ("v1", "services"),
    "Secret": ("v1", "secrets"),
    "ConfigMap": ("v1", "configmaps"),
    "ServiceAccount": ("v1", "serviceaccounts"),
    "PersistentVolumeClaim": ("v1", "persistentvolumeclaims"),
    "PersistentVolume": ("v1", "persistentvolumes"),
    "Event": ("v1", "events"),
}
CLUSTER_WIDE = ("PersistentVolume",)
# What a passing change may go unnoticed in: everything else is compared at every turn.
APPLY_ANYWAY_SECONDS = 10


class Failure(Exception):
    """The API said no; code is HTTP's."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(thing):
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:12]


def controller_of(owner):
    """The owner reference that makes the garbage collector follow the owner."""
    return {"apiVersion": RESOURCES[owner["kind"]][0], "kind": owner["kind"], "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"], "controller": True, "blockOwnerDeletion": False}


def is_ready(pod):
    conditions = pod.get("status", {}).get("conditions", [])
    return "deletionTimestamp" not in pod["metadata"] and \
        any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def set_condition(conditions, kind, status, reason=None, message=None):
    """Sets one condition of a list; its time changes only with its status."""
    fresh = {"type": kind, "status": status, "lastTransitionTime": now()}
    fresh.update({key: value for key, value in (("reason", reason), ("message", message)) if value})
    for index, old in enumerate(conditions):
        if old["type"] == kind:
            if old["status"] == status:
                fresh["lastTransitionTime"] = old["lastTransitionTime"]
            conditions[index] = fresh
            return
    conditions.append(fresh)


class Kube:
    def __init__(self, state, namespace, manager):
        self.namespace = namespace
        self.manager = manager
        self.kubectl = [f"{state}/bin/kubectl", "--kubeconfig", f"{state}/pki/admin.kubeconfig", "-n", namespace]
        self.tls = ssl.create_default_context(cafile=f"{state}/pki/ca.crt")
        self.tls.load_cert_chain(f"{state}/pki/admin.crt", f"{state}/pki/admin.key")
        self.connection = None
        self.applied = {}

    def request(self, method, path, body=None, content="application/json"):
        if not self.connection:
            self.connection = http.client.HTTPSConnection("10.88.0.1", 6443, context=self.tls, timeout=20)
        try:
            self.connection.request(method, path, json.dumps(body) if body is not None else None,
                                    {"Content-Type": content, "Accept": "application/json"})
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        result = json.loads(text)
        if answer.status >= 300:
            raise Failure(answer.status, f"{method} {path}: {result.get('message', text)}")
        return result

    def path(self, kind, name="", subresource="", **query):
        version, plural = RESOURCES[kind]
        parts = ["/api" if "/" not in version else "/apis", version]
        parts += [] if kind in CLUSTER_WIDE else ["namespaces", self.namespace]
        parts += [part for part in (plural, name, subresource) if part]
        return "/".join(parts) + ("?" + urllib.parse.urlencode(query) if query else "")

    def list(self, kind, selector=""):
        found = self.request("GET", self.path(kind, labelSelector=selector))["items"]
        return [dict(item, kind=kind) for item in found]

    def get(self, kind, name):
        try:
            return self.request("GET", self.path(kind, name))
        except Failure as failure:
            if failure.code == 404:
                return None
            raise

    def apply(self, kind, name, owner, labels, content, annotations=None):
        """Makes the object what it should be, whoever changed it; returns it as it is then. Objects that nobody watches
        closely are looked at now and then only."""
        wanted = {"apiVersion": RESOURCES[kind][0], "kind": kind,
                  "metadata": {"name": name, "labels": labels, "annotations": annotations or {},
                               "ownerReferences": [controller_of(owner)] if owner else []}, **content}
        stamp = datetime.datetime.now().timestamp()
        seal, at, result = self.applied.get((kind, name), (None, 0, None))
        closely = kind in ("StatefulSet", "StrimziPodSet")
        if not closely and seal == digest(wanted) and stamp - at < APPLY_ANYWAY_SECONDS:
            return result
        result = self.request("PATCH", self.path(kind, name, fieldManager=self.manager, force="true"), wanted,
                              "application/apply-patch+yaml")
        self.applied[kind, name] = (digest(wanted), stamp, result)
        return result

    def merge(self, kind, name, change, subresource=""):
        return self.request("PATCH", self.path(kind, name, subresource, fieldManager=self.manager), change,
                            "application/merge-patch+json")

    def set_status(self, thing, status):
        """Replaces the status where it differs; a key that is to go must be given as None."""
        old = thing.get("status", {})
        if any(old.get(key) != value for key, value in status.items()):
            self.merge(thing["kind"], thing["metadata"]["name"], {"status": status}, "status")

    def delete(self, kind, name, uid=None):
        self.applied.pop((kind, name), None)
        try:
            self.request("DELETE", self.path(kind, name), {"preconditions": {"uid": uid}} if uid else {})
        except Failure as failure:
            if failure.code != 404:
                raise

    def event(self, thing, severity, reason, message):
        meta = thing["metadata"]
        self.request("POST", self.path("Event"), {
            "apiVersion": "v1", "kind": "Event", "metadata": {"generateName": meta["name"] + "."},
            "involvedObject": {"apiVersion": RESOURCES[thing["kind"]][0], "kind": thing["kind"], "name": meta["name"],
                               "namespace": self.namespace, "uid": meta["uid"],
                               "resourceVersion": meta["resourceVersion"]},
            "type": severity, "reason": reason, "message": message, "count": 1, "firstTimestamp": now(),
            "lastTimestamp": now(), "source": {"component": self.manager, "host": socket.gethostname()}})

    def run_in(self, pod, script, stdin=""):
        """Runs a bash script in a pod's container; its output, or None when it failed."""
        done = subprocess.run([*self.kubectl, "exec", "-i", pod, "--", "bash", "-c", script], input=stdin, text=True,
                              capture_output=True, timeout=120, check=False)
        if done.returncode:
            print(f"{pod}: a command failed: {done.stderr.strip()[-300:]}", flush=True)
            return None
        return done.stdout
