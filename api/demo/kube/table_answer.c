#include "api/demo/kube/table_answer.h"

#include <stdio.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"

enum { CELL_TEXT_MAX = 256 };

struct row_source {
	const cJSON *object;
	int64_t now_wall_ms;
	const char *path; /* of the column */
	char *out;        /* CELL_TEXT_MAX */
};

typedef void cell_fn(const struct row_source *source);

static void cell_path(const struct row_source *source)
{
	const cJSON *at = json_at(source->object, source->path);
	if (cJSON_IsNumber(at))
		snprintf(source->out, CELL_TEXT_MAX, "%.0f", at->valuedouble);
	else if (cJSON_IsBool(at))
		snprintf(source->out, CELL_TEXT_MAX, "%s", cJSON_IsTrue(at) ? "true" : "false");
	else
		snprintf(source->out, CELL_TEXT_MAX, "%s", cJSON_IsString(at) ? at->valuestring : "");
}

static void cell_since(const struct row_source *source)
{
	int64_t since = clock_parse_rfc3339(json_text(source->object, source->path));
	char age[16];
	if (since < 0)
		return;
	cell_human_age((source->now_wall_ms - since) / 1000, age);
	snprintf(source->out, CELL_TEXT_MAX, "%s", age);
}

static void cell_joined(const struct row_source *source)
{
	const cJSON *item;
	size_t at = 0;
	cJSON_ArrayForEach (item, json_at(source->object, source->path)) {
		if (cJSON_IsString(item) && at < CELL_TEXT_MAX)
			at += (size_t)snprintf(source->out + at, CELL_TEXT_MAX - at, "%s%s", at ? "," : "", item->valuestring);
	}
}

static void cell_pod_ready(const struct row_source *source)
{
	const cJSON *status;
	int ready = 0;
	cJSON_ArrayForEach (status, json_at(source->object, "status.containerStatuses"))
		ready += json_true(status, "ready");
	snprintf(source->out, CELL_TEXT_MAX, "%d/%d", ready, cJSON_GetArraySize(json_at(source->object, "spec.containers")));
}

static void cell_pod_status(const struct row_source *source)
{
	const cJSON *status;
	const char *text = str_or(json_text(source->object, "status.reason"), json_text(source->object, "status.phase"));
	cJSON_ArrayForEach (status, json_at(source->object, "status.containerStatuses"))
		text = str_or(json_text(status, "state.waiting.reason"), text);
	if (*json_text(source->object, "metadata.deletionTimestamp"))
		text = "Terminating";
	snprintf(source->out, CELL_TEXT_MAX, "%s", text);
}

static void cell_pod_restarts(const struct row_source *source)
{
	const cJSON *status;
	long long restarts = 0;
	cJSON_ArrayForEach (status, json_at(source->object, "status.containerStatuses"))
		restarts += json_number(status, "restartCount", 0);
	snprintf(source->out, CELL_TEXT_MAX, "%lld", restarts);
}

static void cell_node_status(const struct row_source *source)
{
	const cJSON *condition;
	const char *ready = "Unknown";
	cJSON_ArrayForEach (condition, json_at(source->object, "status.conditions")) {
		if (str_eq(json_text(condition, "type"), "Ready"))
			ready = str_eq(json_text(condition, "status"), "True") ? "Ready" : "NotReady";
	}
	snprintf(source->out, CELL_TEXT_MAX, "%s%s", ready,
		 json_true(source->object, "spec.unschedulable") ? ",SchedulingDisabled" : "");
}

static void cell_access_modes(const struct row_source *source)
{
	const cJSON *first = cJSON_GetArrayItem(json_at(source->object, "spec.accessModes"), 0);
	const char *mode = cJSON_IsString(first) ? first->valuestring : "";
	snprintf(source->out, CELL_TEXT_MAX, "%s", str_eq(mode, "ReadWriteOnce") ? "RWO" : mode);
}

static void cell_claim_of_volume(const struct row_source *source)
{
	snprintf(source->out, CELL_TEXT_MAX, "%s/%s", json_text(source->object, "spec.claimRef.namespace"),
		 json_text(source->object, "spec.claimRef.name"));
}

static void cell_ports(const struct row_source *source)
{
	const cJSON *port;
	size_t at = 0;
	cJSON_ArrayForEach (port, json_at(source->object, "spec.ports")) {
		long long node_port = json_number(port, "nodePort", 0);
		char node[24] = "";
		if (node_port)
			snprintf(node, sizeof node, ":%lld", node_port);
		if (at < CELL_TEXT_MAX)
			at += (size_t)snprintf(source->out + at, CELL_TEXT_MAX - at, "%s%lld%s/TCP", at ? "," : "",
					       (long long)json_number(port, "port", 0), node);
	}
}

static void cell_external_address(const struct row_source *source)
{
	snprintf(source->out, CELL_TEXT_MAX, "<none>");
}

static void cell_set_ready(const struct row_source *source)
{
	snprintf(source->out, CELL_TEXT_MAX, "%lld/%lld", (long long)json_number(source->object, "status.readyReplicas", 0),
		 (long long)json_number(source->object, "spec.replicas", 0));
}

static void cell_event_object(const struct row_source *source)
{
	const char *kind = json_text(source->object, "involvedObject.kind");
	snprintf(source->out, CELL_TEXT_MAX, "%s/%s", kind, json_text(source->object, "involvedObject.name"));
	for (size_t i = 0; source->out[i] && source->out[i] != '/'; i++)
		source->out[i] = (char)(source->out[i] | 32);
}

struct column {
	enum kind_id kind;
	const char *name;
	cell_fn *fn;
	const char *path;
	bool wide;
};

#define AGE(kind) {kind, "Age", cell_since, "metadata.creationTimestamp", false}

/* In the order of kinds; a kind without a line has Name and Age. */
static const struct column columns[] = {
	{KIND_NAMESPACE, "Status", cell_path, "status.phase", false},
	AGE(KIND_NAMESPACE),
	{KIND_NODE, "Status", cell_node_status, NULL, false},
	AGE(KIND_NODE),
	{KIND_NODE, "Version", cell_path, "status.nodeInfo.kubeletVersion", false},
	{KIND_NODE, "OS-Image", cell_path, "status.nodeInfo.osImage", true},
	{KIND_POD, "Ready", cell_pod_ready, NULL, false},
	{KIND_POD, "Status", cell_pod_status, NULL, false},
	{KIND_POD, "Restarts", cell_pod_restarts, NULL, false},
	AGE(KIND_POD),
	{KIND_POD, "IP", cell_path, "status.podIP", true},
	{KIND_POD, "Node", cell_path, "spec.nodeName", true},
	{KIND_SERVICE, "Type", cell_path, "spec.type", false},
	{KIND_SERVICE, "Cluster-IP", cell_path, "spec.clusterIP", false},
	{KIND_SERVICE, "External-IP", cell_external_address, NULL, false},
	{KIND_SERVICE, "Port(s)", cell_ports, NULL, false},
	AGE(KIND_SERVICE),
	{KIND_CLAIM, "Status", cell_path, "status.phase", false},
	{KIND_CLAIM, "Volume", cell_path, "spec.volumeName", false},
	{KIND_CLAIM, "Capacity", cell_path, "status.capacity.storage", false},
	{KIND_CLAIM, "Access Modes", cell_access_modes, NULL, false},
	{KIND_CLAIM, "StorageClass", cell_path, "spec.storageClassName", false},
	AGE(KIND_CLAIM),
	{KIND_VOLUME, "Capacity", cell_path, "spec.capacity.storage", false},
	{KIND_VOLUME, "Access Modes", cell_access_modes, NULL, false},
	{KIND_VOLUME, "Reclaim Policy", cell_path, "spec.persistentVolumeReclaimPolicy", false},
	{KIND_VOLUME, "Status", cell_path, "status.phase", false},
	{KIND_VOLUME, "Claim", cell_claim_of_volume, NULL, false},
	{KIND_VOLUME, "StorageClass", cell_path, "spec.storageClassName", false},
	AGE(KIND_VOLUME),
	{KIND_EVENT, "Last Seen", cell_since, "lastTimestamp", false},
	{KIND_EVENT, "Type", cell_path, "type", false},
	{KIND_EVENT, "Reason", cell_path, "reason", false},
	{KIND_EVENT, "Object", cell_event_object, NULL, false},
	{KIND_EVENT, "Message", cell_path, "message", false},
	{KIND_STATEFUL_SET, "Ready", cell_set_ready, NULL, false},
	AGE(KIND_STATEFUL_SET),
	{KIND_BUDGET, "Min Available", cell_path, "spec.minAvailable", false},
	{KIND_BUDGET, "Max Unavailable", cell_path, "spec.maxUnavailable", false},
	{KIND_BUDGET, "Allowed Disruptions", cell_path, "status.disruptionsAllowed", false},
	AGE(KIND_BUDGET),
	{KIND_STORAGE_CLASS, "Provisioner", cell_path, "provisioner", false},
	{KIND_STORAGE_CLASS, "ReclaimPolicy", cell_path, "reclaimPolicy", false},
	{KIND_STORAGE_CLASS, "VolumeBindingMode", cell_path, "volumeBindingMode", false},
	{KIND_STORAGE_CLASS, "AllowVolumeExpansion", cell_path, "allowVolumeExpansion", false},
	AGE(KIND_STORAGE_CLASS),
	{KIND_LEASE, "Holder", cell_path, "spec.holderIdentity", false},
	AGE(KIND_LEASE),
	{KIND_NODE_POOL, "Desired replicas", cell_path, "spec.replicas", false},
	{KIND_NODE_POOL, "Roles", cell_joined, "spec.roles", false},
	{KIND_POD_SET, "Pods", cell_path, "status.pods", false},
	{KIND_POD_SET, "Ready Pods", cell_path, "status.readyPods", false},
	AGE(KIND_POD_SET),
};

static const struct column age_alone = AGE(KIND_COUNT);

static void add_definition(cJSON *list, const char *name, const char *format, bool wide)
{
	cJSON_AddItemToArray(list, json_make("{'name':'%s','type':'string','format':'%s','description':'','priority':%d}", name,
					     format, wide ? 1 : 0));
}

static void add_cell(cJSON *cells, const struct column *column, const cJSON *object, int64_t now_wall_ms)
{
	char text[CELL_TEXT_MAX] = "";
	struct row_source source = {.object = object, .now_wall_ms = now_wall_ms, .path = column->path, .out = text};
	column->fn(&source);
	cJSON_AddItemToArray(cells, cJSON_CreateString(*text ? text : "<none>"));
}

/* The columns of a kind: where they begin and how many. */
static const struct column *columns_of(enum kind_id kind, size_t *count)
{
	const struct column *first = NULL;
	*count = 0;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		if (columns[i].kind != kind)
			continue;
		first = first ? first : &columns[i];
		++*count;
	}
	if (!first)
		*count = 1;
	return first ? first : &age_alone;
}

cJSON *table_make(const struct kind *kind, struct object *const *objects, size_t count, int64_t version, int64_t now_wall_ms,
		  bool whole)
{
	size_t width;
	const struct column *shown = columns_of(kind->id, &width);
	cJSON *table = json_make("{'kind':'Table','apiVersion':'meta.k8s.io/v1','metadata':{'resourceVersion':'%lld'},"
				 "'columnDefinitions':[],'rows':[]}",
				 (long long)version);
	cJSON *definitions = json_at(table, "columnDefinitions"), *rows = json_at(table, "rows");
	add_definition(definitions, "Name", "name", false);
	for (size_t c = 0; c < width; c++)
		add_definition(definitions, shown[c].name, "", shown[c].wide);
	for (size_t i = 0; i < count; i++) {
		cJSON *row = json_make("{'cells':[]}");
		cJSON *cells = json_at(row, "cells");
		cJSON_AddItemToArray(cells, cJSON_CreateString(objects[i]->name));
		for (size_t c = 0; c < width; c++)
			add_cell(cells, &shown[c], objects[i]->json, now_wall_ms);
		cJSON *body = whole ? object_edit(objects[i])
				    : json_make("{'kind':'PartialObjectMetadata','apiVersion':'meta.k8s.io/v1'}");
		if (!whole)
			json_set(body, "metadata", cJSON_Duplicate(json_at(objects[i]->json, "metadata"), true));
		json_set(row, "object", body);
		cJSON_AddItemToArray(rows, row);
	}
	return table;
}

bool table_wanted(const struct request *request)
{
	const char *accept = request_header(request, "Accept");
	if (!accept)
		return false;
	size_t first = strcspn(accept, ",");
	return memmem(accept, first, "as=Table", 8) && memmem(accept, first, "json", 4);
}
