"""What a Kafka node is told: its configuration and its pod."""

CONTROL_PLANE, REPLICATION = 9090, 9091
STORES = "/tmp/kafka"  # where manifests/operators/kafka-broker puts the PEM files


def listener_name(listener):
    return f"{listener['name'].upper()}-{listener['port']}"


def server_config(cluster, pool, node, name, quorum):
    roles = pool["spec"]["roles"]
    host = f"{name}.{cluster.headless}"
    names = {f"CONTROLPLANE-{CONTROL_PLANE}": "SSL", f"REPLICATION-{REPLICATION}": "SSL"}
    lines = [
        f"node.id={node}", f"process.roles={','.join(sorted(roles))}",
        f"controller.quorum.bootstrap.servers={quorum['servers']}",
        f"controller.listener.names=CONTROLPLANE-{CONTROL_PLANE}",
        f"inter.broker.listener.name=REPLICATION-{REPLICATION}",
        "log.dirs=" + ",".join(
            f"/var/lib/kafka/data-{one['id']}/kafka-log{node}" for one in pool["spec"]["storage"]["volumes"]),
        "ssl.keystore.type=PEM", f"ssl.keystore.location={STORES}/node.pem",
        "ssl.truststore.type=PEM", f"ssl.truststore.location={STORES}/cluster-ca.pem"]
    lines += [f"listener.name.{one.lower()}.ssl.client.auth=required" for one in names]
    for one in cluster.spec["listeners"]:
        scram = one.get("authentication", {}).get("type") == "scram-sha-512"
        names[listener_name(one)] = ("SASL_" if scram else "") + ("SSL" if one["tls"] else "PLAINTEXT")
        prefix = f"listener.name.{listener_name(one).lower()}."
        if scram:
            lines += [prefix + "sasl.enabled.mechanisms=SCRAM-SHA-512", prefix + "scram-sha-512.sasl.jaas.config="
                      "org.apache.kafka.common.security.scram.ScramLoginModule required;"]
        if one.get("authentication", {}).get("type") == "tls":
            lines += [prefix + "ssl.client.auth=required", prefix + "ssl.truststore.type=PEM",
                      prefix + f"ssl.truststore.location={STORES}/clients-ca.pem"]
    here = [one for one in names if ("controller" if one.startswith("CONTROLPLANE") else "broker") in roles]
    lines += ["listener.security.protocol.map=" + ",".join(f"{one}:{protocol}" for one, protocol in names.items()),
              "listeners=" + ",".join(f"{one}://0.0.0.0:{one.rsplit('-', 1)[1]}" for one in here),
              "advertised.listeners=" + ",".join(f"{one}://{host}:{one.rsplit('-', 1)[1]}" for one in here)]
    lines += [f"{key}={str(value).lower() if isinstance(value, bool) else value}"
              for key, value in sorted(cluster.spec.get("config", {}).items())]
    return "\n".join(lines) + "\n"


def pod(cluster, pool, name, labels, revision):
    spec = pool["spec"]
    ports = {"tcp-ctrlplane": CONTROL_PLANE, "tcp-replication": REPLICATION}
    ports.update({"tcp-" + one["name"]: one["port"] for one in cluster.spec["listeners"]})
    options = [key + value for key, value in spec.get("jvmOptions", {}).items()]
    probe = {"tcpSocket": {"port": REPLICATION if "broker" in spec["roles"] else CONTROL_PLANE},
             "periodSeconds": 2, "timeoutSeconds": 2, "failureThreshold": 2}
    disks = [f"data-{volume['id']}" for volume in spec["storage"]["volumes"]]
    folders = {"config": "/config", "start": "/start", "node": "/certificates/node",
               "cluster-ca": "/certificates/cluster", "clients-ca": "/certificates/clients"}
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": cluster.kube.namespace, "labels": labels,
                     "annotations": {"strimzi.io/revision": revision}},
        "spec": {
            "hostname": name, "subdomain": cluster.name + "-kafka-brokers",
            "serviceAccountName": cluster.name + "-kafka",
            "automountServiceAccountToken": False, "enableServiceLinks": False, "terminationGracePeriodSeconds": 30,
            "restartPolicy": "Always",
            "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{
                "weight": 100, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname",
                                                   "labelSelector": {"matchLabels": cluster.selector}}}]}},
            "containers": [{
                "name": "kafka", "image": "mqdeck.lab/kafka:" + cluster.spec["version"],
                "imagePullPolicy": "IfNotPresent", "command": ["bash", "/start/broker"],
                "env": [{"name": "KAFKA_JVM_OPTS", "value": " ".join(
                            [*options, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])},
                        {"name": "ZONE", "valueFrom": {"fieldRef": {
                            "fieldPath": "metadata.labels['topology.kubernetes.io/zone']"}}}],
                "ports": [{"name": key, "containerPort": port, "protocol": "TCP"} for key, port in ports.items()],
                "resources": spec.get("resources", {}),
                "startupProbe": {**probe, "periodSeconds": 1, "failureThreshold": 300}, "readinessProbe": probe,
                "volumeMounts": [{"name": disk, "mountPath": "/var/lib/kafka/" + disk} for disk in disks]
                + [{"name": key, "mountPath": folder} for key, folder in folders.items()]}],
            "volumes": [{"name": disk, "persistentVolumeClaim": {"claimName": f"{disk}-{name}"}} for disk in disks] + [
                {"name": "config", "configMap": {"name": name}},
                {"name": "start", "configMap": {"name": cluster.name + "-kafka-start"}},
                {"name": "node", "secret": {"secretName": name}},
                {"name": "cluster-ca", "secret": {"secretName": cluster.name + "-cluster-ca-cert"}},
                {"name": "clients-ca", "secret": {"secretName": cluster.name + "-clients-ca-cert"}}]}}
