"""Plays the RabbitMQ cluster operator: RabbitmqCluster -> StatefulSet, services, configuration, credentials, status."""

import secrets

from kube import is_ready, set_condition

PLUGINS = ["rabbitmq_peer_discovery_k8s", "rabbitmq_prometheus", "rabbitmq_management"]
TLS_CONFIG = """\
listeners.ssl.default = 5671
ssl_options.certfile = /etc/rabbitmq-tls/tls.crt
ssl_options.keyfile = /etc/rabbitmq-tls/tls.key
management.ssl.port = 15671
management.ssl.certfile = /etc/rabbitmq-tls/tls.crt
management.ssl.keyfile = /etc/rabbitmq-tls/tls.key
"""
PRE_STOP = """\
[ -z "$(cat /etc/pod-info/skipPreStopChecks)" ] || exit 0
rabbitmq-upgrade await_online_quorum_plus_one -t {grace}; rabbitmq-upgrade drain -t {grace}"""


def reconcile(kube, lab):
    for cluster in kube.list("RabbitmqCluster"):
        if "deletionTimestamp" not in cluster["metadata"]:
            Cluster(kube, lab, cluster).reconcile()


class Cluster:
    def __init__(self, kube, lab, cluster):
        self.kube, self.lab, self.cluster = kube, lab, cluster
        self.meta, self.spec = cluster["metadata"], cluster["spec"]
        self.name = self.meta["name"]
        self.conditions = [dict(one) for one in cluster.get("status", {}).get("conditions", [])]
        self.selector = {"app.kubernetes.io/name": self.name}
        self.labels = {**self.selector, "app.kubernetes.io/component": "rabbitmq",
                       "app.kubernetes.io/part-of": "rabbitmq"}
        self.tls = self.spec.get("tls", {}).get("secretName")

    def reconcile(self):
        if self.meta.get("labels", {}).get("rabbitmq.com/pauseReconciliation") == "true":
            set_condition(self.conditions, "NoWarnings", "False", "reconciliation paused")
            self.kube.set_status(self.cluster, {"conditions": self.conditions})
            return
        status = {"conditions": self.conditions}
        current = self.kube.get("StatefulSet", self.name + "-server")
        replicas = current["spec"]["replicas"] if current else 0
        if self.spec["replicas"] < replicas:
            self.refuse(replicas)
        else:
            replicas = self.spec["replicas"]
            self.apply_all(replicas)
            set_condition(self.conditions, "ReconcileSuccess", "True", "Success", "Finish reconciling")
            status["observedGeneration"] = self.meta["generation"]
        set_condition(self.conditions, "NoWarnings", "True", "NoWarnings")
        self.judge_pods(replicas)
        user = {"name": self.name + "-default-user", "namespace": self.kube.namespace}
        status["defaultUser"] = {
            "secretReference": {**user, "keys": {"username": "username", "password": "password"}},
            "serviceReference": {"name": self.name, "namespace": self.kube.namespace}}
        status["binding"] = {"name": self.name + "-default-user"}
        self.kube.set_status(self.cluster, status)

    def refuse(self, replicas):
        message = "Cluster Scale down not supported; tried to scale cluster from " \
                  f"{replicas} nodes to {self.spec['replicas']} nodes"
        if not any(one.get("message") == message for one in self.conditions):
            self.kube.event(self.cluster, "Warning", "UnsupportedOperation", message)
        set_condition(self.conditions, "ReconcileSuccess", "False", "UnsupportedOperation", message)

    def judge_pods(self, wanted):
        pods = self.kube.list("Pod", f"app.kubernetes.io/name={self.name},app.kubernetes.io/component=rabbitmq")
        ready = sum(map(is_ready, pods))
        if ready >= wanted:
            set_condition(self.conditions, "AllReplicasReady", "True", "AllPodsAreReady")
        else:
            set_condition(self.conditions, "AllReplicasReady", "False", "NotAllPodsReady",
                          f"{ready}/{wanted} Pods ready")
        if ready:
            set_condition(self.conditions, "ClusterAvailable", "True", "AtLeastOneEndpointAvailable")
        else:
            set_condition(self.conditions, "ClusterAvailable", "False", "NoEndpointsAvailable",
                          "The service has no endpoints available")

    def put(self, kind, suffix, content, **more):
        return self.kube.apply(kind, self.name + suffix, self.cluster, self.labels, content, **more)

    def apply_all(self, replicas):
        self.put("ServiceAccount", "-server", {"automountServiceAccountToken": False})
        self.apply_secrets()
        self.put("ConfigMap", "-plugins-conf", {"data": {"enabled_plugins": f"[{','.join(PLUGINS)}]."}})
        self.put("ConfigMap", "-server-conf", {"data": {
            "operatorDefaults.conf": f"cluster_name = {self.name}\ncluster_partition_handling = pause_minority\n",
            "userDefinedConfiguration.conf": (TLS_CONFIG if self.tls else "") + "management.tcp.port = 15672\n"
            + self.spec.get("rabbitmq", {}).get("additionalConfig", ""),
            "broker": (self.lab / "manifests/rabbitmq/broker").read_text()}})
        ports = self.ports()
        self.put("Service", "", {"spec": {"type": "ClusterIP", "selector": self.selector, "ports": [
            {"name": name, "port": port, "targetPort": port, "protocol": "TCP"} for name, port in ports.items()]}})
        self.put("Service", "-nodes", {"spec": {
            "clusterIP": "None", "publishNotReadyAddresses": True, "selector": self.selector, "ports": [
                {"name": "epmd", "port": 4369, "targetPort": 4369, "protocol": "TCP"},
                {"name": "cluster-rpc", "port": 25672, "targetPort": 25672, "protocol": "TCP"}]}})
        self.put("StatefulSet", "-server", {"spec": self.stateful_set(replicas, ports)})

    def ports(self):
        ports = {"amqp": 5672, "management": 15672, "prometheus": 15692}
        if self.tls:
            ports.update({"amqps": 5671, "management-tls": 15671})
        return ports

    def apply_secrets(self):
        """Made once: they hold what is random."""
        if not self.kube.get("Secret", self.name + "-erlang-cookie"):
            self.put("Secret", "-erlang-cookie", {"stringData": {".erlang.cookie": secrets.token_hex(16)}})
        if not self.kube.get("Secret", self.name + "-default-user"):
            user, password = "default_user_" + secrets.token_hex(8), secrets.token_urlsafe(24)
            host = f"{self.name}.{self.kube.namespace}.svc"
            self.put("Secret", "-default-user", {"stringData": {
                "username": user, "password": password, "provider": "rabbitmq", "type": "rabbitmq", "host": host,
                "port": "5671" if self.tls else "5672",
                "default_user.conf": f"default_user = {user}\ndefault_pass = {password}\n"}})

    def stateful_set(self, replicas, ports):
        return {
            "replicas": replicas, "serviceName": self.name + "-nodes", "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": self.selector},
            "template": {"metadata": {"labels": self.labels}, "spec": self.pod(ports)},
            "volumeClaimTemplates": [{
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": {"name": "persistence", "labels": self.labels},
                "spec": {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem",
                         "storageClassName": self.spec["persistence"].get("storageClassName"),
                         "resources": {"requests": {"storage": self.spec["persistence"]["storage"]}}}}]}

    def pod(self, ports):
        grace = self.spec["terminationGracePeriodSeconds"]
        probe = {"tcpSocket": {"port": "amqp"}, "periodSeconds": 2, "timeoutSeconds": 2, "failureThreshold": 2}
        mounts = [{"name": "persistence", "mountPath": "/var/lib/rabbitmq"}, {"name": "config", "mountPath": "/config"},
                  {"name": "pod-info", "mountPath": "/etc/pod-info"}]
        volumes = [
            {"name": "config", "projected": {"sources": [
                {"configMap": {"name": self.name + "-server-conf"}},
                {"configMap": {"name": self.name + "-plugins-conf"}},
                {"secret": {"name": self.name + "-default-user",
                            "items": [{"key": "default_user.conf", "path": "default_user.conf"}]}}]}},
            {"name": "pod-info", "downwardAPI": {"items": [{
                "path": "skipPreStopChecks", "fieldRef": {"fieldPath": "metadata.labels['skipPreStopChecks']"}}]}}]
        if self.tls:
            mounts.append({"name": "rabbitmq-tls", "mountPath": "/etc/rabbitmq-tls"})
            volumes.append({"name": "rabbitmq-tls", "secret": {"secretName": self.tls}})
        return {
            "serviceAccountName": self.name + "-server", "automountServiceAccountToken": False,
            "enableServiceLinks": False, "terminationGracePeriodSeconds": grace,
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone",
                                           "whenUnsatisfiable": "ScheduleAnyway",
                                           "labelSelector": {"matchLabels": self.selector}}],
            "containers": [{
                "name": "rabbitmq", "image": self.spec["image"], "imagePullPolicy": "IfNotPresent",
                "command": ["bash", "/config/broker"],
                "env": [
                    {"name": "POD_NAMESPACE", "value": self.kube.namespace},
                    {"name": "SERVICE", "value": self.name + "-nodes"},
                    # The operator's node names leave the cluster's domain out.
                    {"name": "DOMAIN", "value": f"{self.name}-nodes.{self.kube.namespace}"},
                    {"name": "ERLANG_COOKIE", "valueFrom": {"secretKeyRef": {
                        "name": self.name + "-erlang-cookie", "key": ".erlang.cookie"}}},
                    {"name": "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                     "value": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"}],
                "ports": [{"name": name, "containerPort": port, "protocol": "TCP"}
                          for name, port in {"epmd": 4369, **ports}.items()],
                "resources": self.spec.get("resources", {}),
                "startupProbe": {**probe, "periodSeconds": 1, "failureThreshold": 300}, "readinessProbe": probe,
                "lifecycle": {"preStop": {"exec": {"command": ["bash", "-c", PRE_STOP.format(grace=grace)]}}},
                "volumeMounts": mounts}],
            "volumes": volumes}

