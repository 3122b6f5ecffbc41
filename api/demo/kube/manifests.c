/* Pods, claims and labels of a broker cluster. */
#include "api/demo/kube/manifests.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

cJSON *demo_kube_manifest_selector(const struct demo_cluster_spec *spec)
{
	if (spec->kind == DEMO_BROKER_KAFKA && spec->managed)
		return demo_json_make(
			"{'strimzi.io/cluster':'%s','strimzi.io/kind':'Kafka','strimzi.io/name':'%s-kafka'}",
			spec->name, spec->name);
	if (spec->managed)
		return demo_json_make("{'app.kubernetes.io/name':'%s'}", spec->name);
	return demo_json_make("{'app.kubernetes.io/name':'%s','app.kubernetes.io/instance':'%s'}",
			      spec->kind == DEMO_BROKER_KAFKA ? "kafka" : "rabbitmq", spec->name);
}

cJSON *demo_kube_manifest_labels(const struct demo_cluster_spec *spec)
{
	cJSON *labels = demo_kube_manifest_selector(spec);
	if (spec->kind == DEMO_BROKER_KAFKA && spec->managed) {
		cJSON_AddStringToObject(labels, "app.kubernetes.io/instance", spec->name);
		cJSON_AddStringToObject(labels, "app.kubernetes.io/name", "kafka");
		cJSON_AddStringToObject(labels, "app.kubernetes.io/managed-by", "strimzi-cluster-operator");
	} else if (spec->managed) {
		cJSON_AddStringToObject(labels, "app.kubernetes.io/component", "rabbitmq");
		cJSON_AddStringToObject(labels, "app.kubernetes.io/part-of", "rabbitmq");
	} else {
		cJSON_AddStringToObject(labels, "app.kubernetes.io/version", spec->version);
	}
	return labels;
}

static cJSON *rabbit_container(const struct demo_cluster_spec *spec)
{
	return demo_json_make(
		"{'name':'rabbitmq','image':'%s','ports':[{'name':'epmd','containerPort':4369,'protocol':'TCP'},"
		"{'name':'amqp','containerPort':5672,'protocol':'TCP'},"
		"{'name':'management','containerPort':15672,'protocol':'TCP'},"
		"{'name':'prometheus','containerPort':15692,'protocol':'TCP'}],"
		"'env':[{'name':'MY_POD_NAME','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}},"
		"{'name':'RABBITMQ_DEFAULT_USER','valueFrom':{'secretKeyRef':{'name':'%s','key':'username'}}},"
		"{'name':'RABBITMQ_DEFAULT_PASS','valueFrom':{'secretKeyRef':{'name':'%s','key':'password'}}}],"
		"'resources':{'limits':{'cpu':'2','memory':'%dGi'},'requests':{'cpu':'1','memory':'%dGi'}},"
		"'volumeMounts':[{'name':'%s','mountPath':'/var/lib/rabbitmq/'}],"
		"'readinessProbe':{'tcpSocket':{'port':'amqp'},'periodSeconds':10}}",
		spec->image, spec->secret, spec->secret, spec->memory_gib, spec->memory_gib, spec->claim);
}

static cJSON *kafka_container(const struct demo_cluster_spec *spec, const char *volume)
{
	const char *ports = spec->managed ? "{'name':'tcp-ctrlplane','containerPort':9090,'protocol':'TCP'},"
					    "{'name':'tcp-replication','containerPort':9091,'protocol':'TCP'},"
					    "{'name':'tcp-plain','containerPort':9092,'protocol':'TCP'},"
					    "{'name':'tcp-scram','containerPort':9094,'protocol':'TCP'}"
					  : "{'name':'kafka','containerPort':9092,'protocol':'TCP'},"
					    "{'name':'controller','containerPort':9093,'protocol':'TCP'}";
	return demo_json_make(
		"{'name':'kafka','image':'%s','ports':[%s],"
		"'env':[{'name':'KAFKA_PROCESS_ROLES','value':'broker,controller'}],"
		"'resources':{'limits':{'cpu':'4','memory':'%dGi'},'requests':{'cpu':'2','memory':'%dGi'}},"
		"'volumeMounts':[{'name':'%s','mountPath':'/var/lib/kafka/data'}]}",
		spec->image, ports, spec->memory_gib, spec->memory_gib, volume);
}

static void volume_name(const struct demo_cluster_spec *spec, char *out, size_t size)
{
	bool strimzi = spec->managed && spec->kind == DEMO_BROKER_KAFKA;
	snprintf(out, size, "%s%s", spec->claim, strimzi ? "-0" : "");
}

static void add_pod_labels(cJSON *labels, const struct demo_cluster_spec *spec, int ordinal, const char *pod)
{
	char number[12];
	snprintf(number, sizeof number, "%d", ordinal);
	if (spec->kind == DEMO_BROKER_KAFKA && spec->managed) {
		cJSON_AddStringToObject(labels, "strimzi.io/broker-role", "true");
		cJSON_AddStringToObject(labels, "strimzi.io/controller-role", "true");
		cJSON_AddStringToObject(labels, "strimzi.io/controller", "strimzipodset");
		cJSON_AddStringToObject(labels, "strimzi.io/controller-name", spec->set);
		cJSON_AddStringToObject(labels, "strimzi.io/component-type", "kafka");
		cJSON_AddStringToObject(labels, "strimzi.io/pool-name", "brokers");
		cJSON_AddStringToObject(labels, "strimzi.io/pod-name", pod);
		cJSON_AddStringToObject(labels, "statefulset.kubernetes.io/pod-name", pod);
		return;
	}
	cJSON_AddStringToObject(labels, "apps.kubernetes.io/pod-index", number);
	cJSON_AddStringToObject(labels, "statefulset.kubernetes.io/pod-name", pod);
	char revision[96];
	snprintf(revision, sizeof revision, "%s-7c9d8b6f5", spec->set);
	cJSON_AddStringToObject(labels, "controller-revision-hash", revision);
}

cJSON *demo_kube_manifest_pod(const struct demo_cluster_spec *spec, int ordinal, const struct demo_kube_object *owner)
{
	char pod[64], claim[96], volume[32], api_version[64];
	demo_cluster_pod_name(spec, ordinal, pod, sizeof pod);
	demo_cluster_claim_name(spec, ordinal, claim, sizeof claim);
	volume_name(spec, volume, sizeof volume);
	cJSON *json = demo_json_make(
		"{'metadata':{'name':'%s','namespace':'%s','ownerReferences':[{'apiVersion':'%s','kind':'%s','name':"
		"'%s','uid':'%s',"
		"'controller':true,'blockOwnerDeletion':true}]},'spec':{'hostname':'%s','subdomain':'%s','"
		"restartPolicy':'Always',"
		"'serviceAccountName':'%s','terminationGracePeriodSeconds':%d,'schedulerName':'default-scheduler','"
		"containers':[],"
		"'volumes':[{'name':'%s','persistentVolumeClaim':{'claimName':'%s'}}],"
		"'tolerations':[{'key':'node.kubernetes.io/"
		"not-ready','operator':'Exists','effect':'NoExecute','tolerationSeconds':300},"
		"{'key':'node.kubernetes.io/"
		"unreachable','operator':'Exists','effect':'NoExecute','tolerationSeconds':300}]},"
		"'status':{'phase':'Pending','qosClass':'Burstable','conditions':[]}}",
		pod, spec->namespace, demo_kube_kind_api_version(owner->kind, api_version, sizeof api_version),
		owner->kind->name, owner->name, demo_json_text(owner->json, "metadata.uid"), pod, spec->headless,
		spec->name, spec->managed && spec->kind == DEMO_BROKER_RABBITMQ ? 604800 : 60, volume, claim);
	cJSON *labels = demo_kube_manifest_labels(spec);
	add_pod_labels(labels, spec, ordinal, pod);
	demo_json_set(json, "metadata.labels", labels);
	cJSON *selector = demo_kube_manifest_selector(spec);
	demo_json_set(
		json, "spec.affinity",
		demo_json_make("{'podAntiAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':100,"
			       "'podAffinityTerm':{'topologyKey':'kubernetes.io/hostname','labelSelector':{}}}]}}"));
	cJSON *terms =
		demo_json_at(json, "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution");
	demo_json_set(cJSON_GetArrayItem(terms, 0), "podAffinityTerm.labelSelector.matchLabels", selector);
	cJSON_AddItemToArray(demo_json_at(json, "spec.containers"),
			     spec->kind == DEMO_BROKER_KAFKA ? kafka_container(spec, volume) : rabbit_container(spec));
	return json;
}

cJSON *demo_kube_manifest_claim(const struct demo_cluster_spec *spec, int ordinal)
{
	char claim[96];
	cJSON *json = demo_json_make(
		"{'metadata':{'name':'%s','namespace':'%s','finalizers':['kubernetes.io/pvc-protection']},"
		"'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'%dGi'}},"
		"'storageClassName':'%s','volumeMode':'Filesystem'},'status':{'phase':'Pending'}}",
		demo_cluster_claim_name(spec, ordinal, claim, sizeof claim), spec->namespace, spec->storage_gib,
		spec->storage_class);
	demo_json_set(json, "metadata.labels", demo_kube_manifest_labels(spec));
	return json;
}

const char *demo_kube_manifest_cluster_ip(const char *name, char *out, size_t size)
{
	unsigned hash = 2166136261u;
	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	snprintf(out, size, "10.96.%u.%u", hash >> 8 & 0xff, 1 + (hash & 0xff) % 250);
	return out;
}

void demo_kube_manifest_set_secret(cJSON *secret, const char *key, const char *value)
{
	char encoded[512];
	size_t len = strlen(value);
	if (len > 300)
		return;
	EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)value, (int)len);
	cJSON *data = demo_json_at(secret, "data");
	if (!data)
		data = cJSON_AddObjectToObject(secret, "data");
	cJSON_AddStringToObject(data, key, encoded);
}
