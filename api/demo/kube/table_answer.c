/* The columns that kubectl get prints, a function a column, as the printers of kube-apiserver fill them. */
#include "api/demo/kube/table_answer.h"

#include <stdio.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"

enum { CELL_TEXT_MAX = 256 };

struct demo_kube_row_source {
	const cJSON *object;
	int64_t now_wall_ms;
	const char *path; /* of the column */
	char *out;        /* CELL_TEXT_MAX */
};

typedef void cell_fn(const struct demo_kube_row_source *source);

static void cell_path(const struct demo_kube_row_source *source)
{
	const cJSON *at = demo_json_at(source->object, source->path);
	if (cJSON_IsNumber(at))
		snprintf(source->out, CELL_TEXT_MAX, "%.0f", at->valuedouble);
	else if (cJSON_IsBool(at))
		snprintf(source->out, CELL_TEXT_MAX, "%s", cJSON_IsTrue(at) ? "true" : "false");
	else
		snprintf(source->out, CELL_TEXT_MAX, "%s", cJSON_IsString(at) ? at->valuestring : "");
}

static void cell_since(const struct demo_kube_row_source *source)
{
	int64_t since = clock_parse_rfc3339(demo_json_text(source->object, source->path));
	char age[16];
	if (since < 0)
		return;
	cell_human_age((source->now_wall_ms - since) / 1000, age);
	snprintf(source->out, CELL_TEXT_MAX, "%s", age);
}

static void cell_joined(const struct demo_kube_row_source *source)
{
	const cJSON *item;
	size_t at = 0;
	cJSON_ArrayForEach(item, demo_json_at(source->object, source->path))
	{
		if (cJSON_IsString(item) && at < CELL_TEXT_MAX)
			at += (size_t)snprintf(source->out + at, CELL_TEXT_MAX - at, "%s%s", at ? "," : "",
					       item->valuestring);
	}
}

static void cell_pod_ready(const struct demo_kube_row_source *source)
{
	const cJSON *status;
	int ready = 0;
	cJSON_ArrayForEach(status, demo_json_at(source->object, "status.containerStatuses")) ready +=
		demo_json_true(status, "ready");
	snprintf(source->out, CELL_TEXT_MAX, "%d/%d", ready,
		 cJSON_GetArraySize(demo_json_at(source->object, "spec.containers")));
}

static void cell_pod_status(const struct demo_kube_row_source *source)
{
	const cJSON *status;
	const char *text =
		str_or(demo_json_text(source->object, "status.reason"), demo_json_text(source->object, "status.phase"));
	cJSON_ArrayForEach(status, demo_json_at(source->object, "status.containerStatuses")) text =
		str_or(demo_json_text(status, "state.waiting.reason"), text);
	if (*demo_json_text(source->object, "metadata.deletionTimestamp"))
		text = "Terminating";
	snprintf(source->out, CELL_TEXT_MAX, "%s", text);
}

static void cell_pod_restarts(const struct demo_kube_row_source *source)
{
	const cJSON *status;
	long long restarts = 0;
	cJSON_ArrayForEach(status, demo_json_at(source->object, "status.containerStatuses")) restarts +=
		demo_json_number(status, "restartCount", 0);
	snprintf(source->out, CELL_TEXT_MAX, "%lld", restarts);
}

static void cell_node_status(const struct demo_kube_row_source *source)
{
	const cJSON *condition;
	const char *ready = "Unknown";
	cJSON_ArrayForEach(condition, demo_json_at(source->object, "status.conditions"))
	{
		if (str_eq(demo_json_text(condition, "type"), "Ready"))
			ready = str_eq(demo_json_text(condition, "status"), "True") ? "Ready" : "NotReady";
	}
	snprintf(source->out, CELL_TEXT_MAX, "%s%s", ready,
		 demo_json_true(source->object, "spec.unschedulable") ? ",SchedulingDisabled" : "");
}

static void cell_access_modes(const struct demo_kube_row_source *source)
{
	const cJSON *first = cJSON_GetArrayItem(demo_json_at(source->object, "spec.accessModes"), 0);
	const char *mode = cJSON_IsString(first) ? first->valuestring : "";
	snprintf(source->out, CELL_TEXT_MAX, "%s", str_eq(mode, "ReadWriteOnce") ? "RWO" : mode);
}

static void cell_claim_of_volume(const struct demo_kube_row_source *source)
{
	snprintf(source->out, CELL_TEXT_MAX, "%s/%s", demo_json_text(source->object, "spec.claimRef.namespace"),
		 demo_json_text(source->object, "spec.claimRef.name"));
}

static void cell_ports(const struct demo_kube_row_source *source)
{
	const cJSON *port;
	size_t at = 0;
	cJSON_ArrayForEach(port, demo_json_at(source->object, "spec.ports"))
	{
		long long node_port = demo_json_number(port, "nodePort", 0);
		char node[24] = "";
		if (node_port)
			snprintf(node, sizeof node, ":%lld", node_port);
		if (at < CELL_TEXT_MAX)
			at += (size_t)snprintf(source->out + at, CELL_TEXT_MAX - at, "%s%lld%s/TCP", at ? "," : "",
					       (long long)demo_json_number(port, "port", 0), node);
	}
}

static void cell_external_address(const struct demo_kube_row_source *source)
{
	snprintf(source->out, CELL_TEXT_MAX, "<none>");
}

static void cell_set_ready(const struct demo_kube_row_source *source)
{
	snprintf(source->out, CELL_TEXT_MAX, "%lld/%lld",
		 (long long)demo_json_number(source->object, "status.readyReplicas", 0),
		 (long long)demo_json_number(source->object, "spec.replicas", 0));
}

static void cell_event_object(const struct demo_kube_row_source *source)
{
	const char *kind = demo_json_text(source->object, "involvedObject.kind");
	snprintf(source->out, CELL_TEXT_MAX, "%s/%s", kind, demo_json_text(source->object, "involvedObject.name"));
	for (size_t i = 0; source->out[i] && source->out[i] != '/'; i++)
		source->out[i] = (char)(source->out[i] | 32);
}

struct demo_kube_column {
	enum demo_kube_kind_id kind;
	const char *name;
	cell_fn *fn;
	const char *path;
	bool wide;
};

#define AGE(kind) {kind, "Age", cell_since, "metadata.creationTimestamp", false}

/* In the order of kinds; a kind without a line has Name and Age. */
static const struct demo_kube_column table_columns[] = {
	{DEMO_KUBE_KIND_NAMESPACE, "Status", cell_path, "status.phase", false},
	AGE(DEMO_KUBE_KIND_NAMESPACE),
	{DEMO_KUBE_KIND_NODE, "Status", cell_node_status, NULL, false},
	AGE(DEMO_KUBE_KIND_NODE),
	{DEMO_KUBE_KIND_NODE, "Version", cell_path, "status.nodeInfo.kubeletVersion", false},
	{DEMO_KUBE_KIND_NODE, "OS-Image", cell_path, "status.nodeInfo.osImage", true},
	{DEMO_KUBE_KIND_POD, "Ready", cell_pod_ready, NULL, false},
	{DEMO_KUBE_KIND_POD, "Status", cell_pod_status, NULL, false},
	{DEMO_KUBE_KIND_POD, "Restarts", cell_pod_restarts, NULL, false},
	AGE(DEMO_KUBE_KIND_POD),
	{DEMO_KUBE_KIND_POD, "IP", cell_path, "status.podIP", true},
	{DEMO_KUBE_KIND_POD, "Node", cell_path, "spec.nodeName", true},
	{DEMO_KUBE_KIND_SERVICE, "Type", cell_path, "spec.type", false},
	{DEMO_KUBE_KIND_SERVICE, "Cluster-IP", cell_path, "spec.clusterIP", false},
	{DEMO_KUBE_KIND_SERVICE, "External-IP", cell_external_address, NULL, false},
	{DEMO_KUBE_KIND_SERVICE, "Port(s)", cell_ports, NULL, false},
	AGE(DEMO_KUBE_KIND_SERVICE),
	{DEMO_KUBE_KIND_CLAIM, "Status", cell_path, "status.phase", false},
	{DEMO_KUBE_KIND_CLAIM, "Volume", cell_path, "spec.volumeName", false},
	{DEMO_KUBE_KIND_CLAIM, "Capacity", cell_path, "status.capacity.storage", false},
	{DEMO_KUBE_KIND_CLAIM, "Access Modes", cell_access_modes, NULL, false},
	{DEMO_KUBE_KIND_CLAIM, "StorageClass", cell_path, "spec.storageClassName", false},
	AGE(DEMO_KUBE_KIND_CLAIM),
	{DEMO_KUBE_KIND_VOLUME, "Capacity", cell_path, "spec.capacity.storage", false},
	{DEMO_KUBE_KIND_VOLUME, "Access Modes", cell_access_modes, NULL, false},
	{DEMO_KUBE_KIND_VOLUME, "Reclaim Policy", cell_path, "spec.persistentVolumeReclaimPolicy", false},
	{DEMO_KUBE_KIND_VOLUME, "Status", cell_path, "status.phase", false},
	{DEMO_KUBE_KIND_VOLUME, "Claim", cell_claim_of_volume, NULL, false},
	{DEMO_KUBE_KIND_VOLUME, "StorageClass", cell_path, "spec.storageClassName", false},
	AGE(DEMO_KUBE_KIND_VOLUME),
	{DEMO_KUBE_KIND_EVENT, "Last Seen", cell_since, "lastTimestamp", false},
	{DEMO_KUBE_KIND_EVENT, "Type", cell_path, "type", false},
	{DEMO_KUBE_KIND_EVENT, "Reason", cell_path, "reason", false},
	{DEMO_KUBE_KIND_EVENT, "Object", cell_event_object, NULL, false},
	{DEMO_KUBE_KIND_EVENT, "Message", cell_path, "message", false},
	{DEMO_KUBE_KIND_STATEFUL_SET, "Ready", cell_set_ready, NULL, false},
	AGE(DEMO_KUBE_KIND_STATEFUL_SET),
	{DEMO_KUBE_KIND_BUDGET, "Min Available", cell_path, "spec.minAvailable", false},
	{DEMO_KUBE_KIND_BUDGET, "Max Unavailable", cell_path, "spec.maxUnavailable", false},
	{DEMO_KUBE_KIND_BUDGET, "Allowed Disruptions", cell_path, "status.disruptionsAllowed", false},
	AGE(DEMO_KUBE_KIND_BUDGET),
	{DEMO_KUBE_KIND_STORAGE_CLASS, "Provisioner", cell_path, "provisioner", false},
	{DEMO_KUBE_KIND_STORAGE_CLASS, "ReclaimPolicy", cell_path, "reclaimPolicy", false},
	{DEMO_KUBE_KIND_STORAGE_CLASS, "VolumeBindingMode", cell_path, "volumeBindingMode", false},
	{DEMO_KUBE_KIND_STORAGE_CLASS, "AllowVolumeExpansion", cell_path, "allowVolumeExpansion", false},
	AGE(DEMO_KUBE_KIND_STORAGE_CLASS),
	{DEMO_KUBE_KIND_LEASE, "Holder", cell_path, "spec.holderIdentity", false},
	AGE(DEMO_KUBE_KIND_LEASE),
	{DEMO_KUBE_KIND_NODE_POOL, "Desired replicas", cell_path, "spec.replicas", false},
	{DEMO_KUBE_KIND_NODE_POOL, "Roles", cell_joined, "spec.roles", false},
	{DEMO_KUBE_KIND_POD_SET, "Pods", cell_path, "status.pods", false},
	{DEMO_KUBE_KIND_POD_SET, "Ready Pods", cell_path, "status.readyPods", false},
	AGE(DEMO_KUBE_KIND_POD_SET),
};

static const struct demo_kube_column age_alone = AGE(DEMO_KUBE_KIND_COUNT);

static void add_definition(cJSON *list, const char *name, const char *format, bool wide)
{
	cJSON_AddItemToArray(
		list, demo_json_make("{'name':'%s','type':'string','format':'%s','description':'','priority':%d}", name,
				     format, wide ? 1 : 0));
}

static void add_cell(cJSON *cells, const struct demo_kube_column *column, const cJSON *object, int64_t now_wall_ms)
{
	char text[CELL_TEXT_MAX] = "";
	struct demo_kube_row_source source = {
		.object = object, .now_wall_ms = now_wall_ms, .path = column->path, .out = text};
	column->fn(&source);
	cJSON_AddItemToArray(cells, cJSON_CreateString(*text ? text : "<none>"));
}

/* The columns of a kind: where they begin and how many. */
static const struct demo_kube_column *columns_of(enum demo_kube_kind_id kind, size_t *count)
{
	const struct demo_kube_column *first = NULL;
	*count = 0;
	for (size_t i = 0; i < ARRAY_LEN(table_columns); i++) {
		if (table_columns[i].kind != kind)
			continue;
		first = first ? first : &table_columns[i];
		++*count;
	}
	if (!first)
		*count = 1;
	return first ? first : &age_alone;
}

cJSON *demo_kube_table_make(const struct demo_kube_kind *kind, struct demo_kube_object *const *objects, size_t count,
			    int64_t version, int64_t now_wall_ms, bool whole)
{
	size_t width;
	const struct demo_kube_column *shown = columns_of(kind->id, &width);
	cJSON *table =
		demo_json_make("{'kind':'Table','apiVersion':'meta.k8s.io/v1','metadata':{'resourceVersion':'%lld'},"
			       "'columnDefinitions':[],'rows':[]}",
			       (long long)version);
	cJSON *definitions = demo_json_at(table, "columnDefinitions"), *rows = demo_json_at(table, "rows");
	add_definition(definitions, "Name", "name", false);
	for (size_t c = 0; c < width; c++)
		add_definition(definitions, shown[c].name, "", shown[c].wide);
	for (size_t i = 0; i < count; i++) {
		cJSON *row = demo_json_make("{'cells':[]}");
		cJSON *cells = demo_json_at(row, "cells");
		cJSON_AddItemToArray(cells, cJSON_CreateString(objects[i]->name));
		for (size_t c = 0; c < width; c++)
			add_cell(cells, &shown[c], objects[i]->json, now_wall_ms);
		cJSON *body = whole ? demo_kube_object_edit(objects[i])
				    : demo_json_make("{'kind':'PartialObjectMetadata','apiVersion':'meta.k8s.io/v1'}");
		if (!whole)
			demo_json_set(body, "metadata",
				      cJSON_Duplicate(demo_json_at(objects[i]->json, "metadata"), true));
		demo_json_set(row, "object", body);
		cJSON_AddItemToArray(rows, row);
	}
	return table;
}

bool demo_kube_table_wanted(const struct demo_request *request)
{
	const char *accept = demo_request_header(request, "Accept");
	if (!accept)
		return false;
	size_t first = strcspn(accept, ",");
	return memmem(accept, first, "as=Table", 8) && memmem(accept, first, "json", 4);
}
