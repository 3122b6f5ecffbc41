/* Status of sets and custom resources, endpoints and budgets: all of it follows from the pods as they are. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/controller.h"
#include "api/demo/kube/selector.h"

bool demo_kube_controller_pod_is_ready(const struct demo_kube_object *pod)
{
	const cJSON *condition;
	cJSON_ArrayForEach(condition, demo_json_at(pod->json, "status.conditions"))
	{
		if (str_eq(demo_json_text(condition, "type"), "Ready"))
			return str_eq(demo_json_text(condition, "status"), "True");
	}
	return false;
}

static void set_conditions(cJSON *json, const char *path, const char *type, bool holds, const char *reason,
			   const char *now)
{
	const cJSON *before = cJSON_GetArrayItem(demo_json_at(json, path), 0);
	const char *status = holds ? "True" : "False";
	char since[32];
	snprintf(since, sizeof since, "%s",
		 str_eq(demo_json_text(before, "status"), status) ? demo_json_text(before, "lastTransitionTime") : now);
	demo_json_set(json, path,
		      demo_json_make("[{'type':'%s','status':'%s','reason':'%s','lastTransitionTime':'%s'}]", type,
				     status, reason, since));
}

static void write_stateful_set(struct demo *demo, const struct demo_cluster_spec *spec, int present, int ready)
{
	char revision[96];
	const struct demo_kube_object *set =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_STATEFUL_SET, spec->namespace, spec->set);
	if (!set)
		return;
	snprintf(revision, sizeof revision, "%s-7c9d8b6f5", spec->set);
	cJSON *json = demo_kube_object_edit(set);
	demo_json_set(
		json, "status",
		demo_json_make("{'observedGeneration':%lld,'replicas':%d,'readyReplicas':%d,'availableReplicas':%d,"
			       "'currentReplicas':%d,'updatedReplicas':%d,'currentRevision':'%s','updateRevision':'%s',"
			       "'collisionCount':0}",
			       (long long)demo_json_number(json, "metadata.generation", 1), present, ready, ready,
			       present, present, revision, revision));
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_STATEFUL_SET, json);
}

static void write_rabbitmq_cluster(struct demo *demo, const struct demo_cluster_spec *spec, int desired, int ready,
				   const char *now)
{
	static const char *const types[] = {"AllReplicasReady", "ClusterAvailable", "NoWarnings", "ReconcileSuccess"};
	const struct demo_kube_object *resource =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_RABBITMQ_CLUSTER, spec->namespace, spec->name);
	if (!resource)
		return;
	bool refused = demo_json_number(resource->json, "spec.replicas", 1) < desired;
	const bool holds[] = {ready == desired, ready > 0, true, !refused};
	cJSON *json = demo_kube_object_edit(resource);
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const cJSON *before = cJSON_GetArrayItem(demo_json_at(resource->json, "status.conditions"), (int)i);
		cJSON *scratch = cJSON_CreateObject();
		if (before) {
			demo_json_set(scratch, "c", cJSON_CreateArray());
			cJSON_AddItemToArray(demo_json_at(scratch, "c"), cJSON_Duplicate(before, true));
		}
		bool unsupported = i == 3 && refused;
		set_conditions(scratch, "c", types[i], holds[i],
			       unsupported ? "UnsupportedOperation"
			       : holds[i]  ? (i == 3 ? "Success" : types[i])
					   : "NotAllPodsReady",
			       now);
		cJSON_AddItemToArray(list, cJSON_DetachItemFromArray(demo_json_at(scratch, "c"), 0));
		cJSON_Delete(scratch);
	}
	demo_json_set(json, "status.conditions", list);
	demo_json_set_number(json, "status.observedGeneration",
			     (double)demo_json_number(json, "metadata.generation", 1));
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_RABBITMQ_CLUSTER, json);
}

static void write_strimzi(struct demo *demo, const struct demo_cluster_spec *spec, int desired, int present, int ready,
			  const char *now)
{
	struct demo_kube_object *set =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD_SET, spec->namespace, spec->set);
	struct demo_kube_object *kafka =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_KAFKA, spec->namespace, spec->name);
	struct demo_kube_object *pool =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_NODE_POOL, spec->namespace, "brokers");
	cJSON *json;
	if (set) {
		json = demo_kube_object_edit(set);
		demo_json_set(json, "status",
			      demo_json_make("{'observedGeneration':%lld,'pods':%d,'readyPods':%d,'currentPods':%d}",
					     (long long)demo_json_number(json, "metadata.generation", 1), present,
					     ready, present));
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD_SET, json);
	}
	if (kafka) {
		json = demo_kube_object_edit(kafka);
		bool well = ready == desired;
		set_conditions(json, "status.conditions", "Ready", well, well ? "Ready" : "PodsNotReady", now);
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_KAFKA, json);
	}
	if (pool) {
		json = demo_kube_object_edit(pool);
		demo_json_set_number(json, "status.replicas", present);
		demo_json_set(json, "status.nodeIds", cJSON_CreateArray());
		for (int i = 0; i < desired; i++)
			cJSON_AddItemToArray(demo_json_at(json, "status.nodeIds"), cJSON_CreateNumber(i));
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_NODE_POOL, json);
	}
}

void demo_kube_controller_write_cluster(struct demo *demo, const struct demo_cluster_spec *spec, int desired)
{
	char name[64], now[32];
	int present = 0, ready = 0;
	clock_format_rfc3339(demo_wall_ms(demo), now);
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		const struct demo_kube_object *pod =
			demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, spec->namespace,
					    demo_cluster_pod_name(spec, i, name, sizeof name));
		present += pod != NULL;
		ready += pod && demo_kube_controller_pod_is_ready(pod);
	}
	if (spec->managed && spec->kind == DEMO_BROKER_KAFKA) {
		write_strimzi(demo, spec, desired, present, ready, now);
		return;
	}
	write_stateful_set(demo, spec, present, ready);
	if (spec->managed)
		write_rabbitmq_cluster(demo, spec, desired, ready, now);
}

static cJSON *endpoint_json(const struct demo_kube_object *pod, bool publish_all)
{
	bool ready = demo_kube_controller_pod_is_ready(pod);
	bool leaving = *demo_json_text(pod->json, "metadata.deletionTimestamp") != '\0';
	const char *zone = demo_json_text(pod->json, "spec.nodeName");
	return demo_json_make(
		"{'addresses':['%s'],'conditions':{'ready':%s,'serving':%s,'terminating':%s},'hostname':'%s',"
		"'nodeName':'%s','zone':'%c','targetRef':{'kind':'Pod','namespace':'%s','name':'%s','uid':'%s'}}",
		demo_json_text(pod->json, "status.podIP"), (ready && !leaving) || publish_all ? "true" : "false",
		ready ? "true" : "false", leaving ? "true" : "false", pod->name, zone,
		*zone ? 'a' + zone[strlen(zone) - 1] - '1' : 'a', pod->namespace, pod->name,
		demo_json_text(pod->json, "metadata.uid"));
}

static cJSON *address_json(const struct demo_kube_object *pod)
{
	return demo_json_make(
		"{'ip':'%s','hostname':'%s','nodeName':'%s','targetRef':{'kind':'Pod','namespace':'%s','name':'%s',"
		"'uid':'%s'}}",
		demo_json_text(pod->json, "status.podIP"), pod->name, demo_json_text(pod->json, "spec.nodeName"),
		pod->namespace, pod->name, demo_json_text(pod->json, "metadata.uid"));
}

static cJSON *endpoint_ports(const struct demo_kube_object *service)
{
	static const struct {
		const char *name;
		int port;
	} named[] = {{"amqp", 5672}, {"management", 15672}, {"prometheus", 15692}};
	cJSON *ports = cJSON_CreateArray();
	const cJSON *port;
	cJSON_ArrayForEach(port, demo_json_at(service->json, "spec.ports"))
	{
		int64_t number = demo_json_number(port, "targetPort", demo_json_number(port, "port", 0));
		for (size_t i = 0; i < ARRAY_LEN(named); i++) {
			if (str_eq(demo_json_text(port, "targetPort"), named[i].name))
				number = named[i].port;
		}
		cJSON *made = demo_json_make("{'port':%lld,'protocol':'TCP'}", (long long)number);
		demo_json_set_text(made, "name", demo_json_text(port, "name"));
		cJSON_AddItemToArray(ports, made);
	}
	return ports;
}

/* The EndpointSlice and the older Endpoints of one service. */
static void write_endpoints_of(struct demo *demo, const struct demo_kube_object *service)
{
	char slice_name[300];
	const cJSON *selector = demo_json_at(service->json, "spec.selector");
	bool publish_all = demo_json_true(service->json, "spec.publishNotReadyAddresses");
	if (!selector)
		return;
	cJSON *slice = demo_json_make("{'metadata':{},'addressType':'IPv4','endpoints':[]}");
	cJSON *old = demo_json_make("{'metadata':{},'subsets':[{'addresses':[],'notReadyAddresses':[]}]}");
	cJSON *subset = cJSON_GetArrayItem(demo_json_at(old, "subsets"), 0);
	size_t count;
	struct demo_kube_object **pods = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_POD, &count);
	for (size_t i = 0; i < count; i++) {
		if (!str_eq(pods[i]->namespace, service->namespace) ||
		    !demo_kube_selector_labels_match(selector, pods[i]->json) ||
		    !*demo_json_text(pods[i]->json, "status.podIP"))
			continue;
		bool ready = publish_all || demo_kube_controller_pod_is_ready(pods[i]);
		cJSON_AddItemToArray(demo_json_at(slice, "endpoints"), endpoint_json(pods[i], publish_all));
		cJSON_AddItemToArray(demo_json_at(subset, ready ? "addresses" : "notReadyAddresses"),
				     address_json(pods[i]));
	}
	snprintf(slice_name, sizeof slice_name, "%s-x7k2p", service->name);
	demo_json_set_text(slice, "metadata.name", slice_name);
	demo_json_set_text(slice, "metadata.namespace", service->namespace);
	cJSON *labels = cJSON_Duplicate(demo_json_at(service->json, "metadata.labels"), true);
	labels = labels ? labels : cJSON_CreateObject();
	cJSON_AddStringToObject(labels, "kubernetes.io/service-name", service->name);
	demo_json_set(slice, "metadata.labels", labels);
	demo_json_set(slice, "metadata.ownerReferences",
		      demo_json_make("[{'apiVersion':'v1','kind':'Service','name':'%s','uid':'%s','controller':true}]",
				     service->name, demo_json_text(service->json, "metadata.uid")));
	demo_json_set(slice, "ports", endpoint_ports(service));
	demo_json_set_text(old, "metadata.name", service->name);
	demo_json_set_text(old, "metadata.namespace", service->namespace);
	demo_json_set(subset, "ports", endpoint_ports(service));
	const char *created = demo_json_text(service->json, "metadata.creationTimestamp");
	demo_json_set_text(slice, "metadata.creationTimestamp", created);
	demo_json_set_text(old, "metadata.creationTimestamp", created);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_ENDPOINT_SLICE, slice);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_ENDPOINTS, old);
}

void demo_kube_controller_write_endpoints(struct demo *demo)
{
	size_t count;
	struct demo_kube_object **services = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_SERVICE, &count);
	for (size_t i = 0; i < count; i++)
		write_endpoints_of(demo, services[i]);
}

void demo_kube_controller_write_budgets(struct demo *demo)
{
	size_t count, pod_count;
	struct demo_kube_object **budgets = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_BUDGET, &count);
	struct demo_kube_object **pods = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_POD, &pod_count);
	for (size_t i = 0; i < count; i++) {
		int expected = 0, healthy = 0;
		for (size_t p = 0; p < pod_count; p++) {
			if (!str_eq(pods[p]->namespace, budgets[i]->namespace) ||
			    !demo_kube_selector_labels_match(
				    demo_json_at(budgets[i]->json, "spec.selector.matchLabels"), pods[p]->json))
				continue;
			expected++;
			healthy += demo_kube_controller_pod_is_ready(pods[p]) &&
				   !*demo_json_text(pods[p]->json, "metadata.deletionTimestamp");
		}
		int64_t wanted =
			demo_json_number(budgets[i]->json, "spec.minAvailable",
					 expected - demo_json_number(budgets[i]->json, "spec.maxUnavailable", 1));
		cJSON *json = demo_kube_object_edit(budgets[i]);
		demo_json_set(json, "status",
			      demo_json_make("{'observedGeneration':1,'disruptionsAllowed':%lld,'currentHealthy':%d,"
					     "'desiredHealthy':%lld,"
					     "'expectedPods':%d}",
					     (long long)(healthy > wanted ? healthy - wanted : 0), healthy,
					     (long long)wanted, expected));
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_BUDGET, json);
	}
}
