"""Plays Strimzi's user operator: KafkaUser -> a secret, and for SCRAM what the brokers know of the password."""

import base64
import secrets

import brokers
from certificates import signed
from kube import set_condition

JAAS = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="{user}" password="{password}";'
# What the brokers were told, so that they are told once.
told = set()


def reconcile(kube, cluster):
    for user in kube.list("KafkaUser", f"strimzi.io/cluster={cluster.name}"):
        if "deletionTimestamp" in user["metadata"]:
            continue
        name = user["metadata"]["name"]
        labels = {"strimzi.io/cluster": cluster.name, "strimzi.io/kind": "KafkaUser",
                  "app.kubernetes.io/managed-by": "strimzi-user-operator"}
        kind = user["spec"].get("authentication", {}).get("type")
        secret = kube.get("Secret", name)
        if kind and not secret:
            make = with_password if kind == "scram-sha-512" else with_certificate
            secret = kube.apply("Secret", name, user, labels, {"stringData": make(cluster, name)})
        conditions = [dict(one) for one in user.get("status", {}).get("conditions", [])]
        if kind == "scram-sha-512" and not tell_brokers(cluster, name, secret):
            set_condition(conditions, "Ready", "False", "NotYet", "the brokers could not be told of the password yet")
        else:
            set_condition(conditions, "Ready", "True")
        kube.set_status(user, {"conditions": conditions, "observedGeneration": user["metadata"]["generation"],
                               "username": f"CN={name}" if kind == "tls" else name, "secret": name})


def with_password(_cluster, user):
    password = secrets.token_urlsafe(24)
    return {"password": password, "sasl.jaas.config": JAAS.format(user=user, password=password)}


def with_certificate(cluster, user):
    certificate, key = signed(*cluster.authority("clients"), f"/CN={user}")
    return {"ca.crt": cluster.authority("clients")[0], "user.crt": certificate, "user.key": key}


def tell_brokers(cluster, user, secret):
    password = base64.b64decode(secret["data"]["password"]).decode()
    if (user, secret["metadata"]["uid"], password) in told:
        return True
    # Through a file: a command line could be read by others.
    before = "umask 077; cat >/tmp/kafka/user.properties; "
    rest = f"--alter --entity-type users --entity-name {user} --add-config-file /tmp/kafka/user.properties"
    done = brokers.run(cluster, "kafka-configs", rest, before=before, stdin=f"SCRAM-SHA-512=password={password}\n")
    if done is not None:
        told.add((user, secret["metadata"]["uid"], password))
    return done is not None
