#include "views/sheets/selection.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/client/kube_client.h"

/* What each kind is called, listed by, and reached at in Kubernetes' API (resource NULL: only the brokers know it). */
static const struct {
	const char *word;
	const struct sheet *sheet;
	const char *group, *version, *resource;
} selection_kinds[SELECTION_KINDS] = {
	[SELECTION_CLUSTER] = {.word = "cluster", .sheet = &sheet_clusters},
	[SELECTION_BROKER] = {.word = "broker", .sheet = &sheet_brokers, .version = "v1", .resource = "pods"},
	[SELECTION_VOLUME] = {.word = "volume",
			      .sheet = &sheet_volumes,
			      .version = "v1",
			      .resource = "persistentvolumeclaims"},
	[SELECTION_SERVICE] = {.word = "service", .sheet = &sheet_services, .version = "v1", .resource = "services"},
	[SELECTION_NODE] = {.word = "node", .sheet = &sheet_nodes, .version = "v1", .resource = "nodes"},
	[SELECTION_POD] = {.word = "pod", .sheet = &sheet_pods, .version = "v1", .resource = "pods"},
	[SELECTION_REPLICATED] = {.word = "replica", .sheet = &sheet_replication},
	[SELECTION_QUEUE] = {.word = "queue", .sheet = &sheet_queues},
	[SELECTION_TOPIC] = {.word = "topic", .sheet = &sheet_topics},
	[SELECTION_GROUP] = {.word = "group", .sheet = &sheet_groups},
	[SELECTION_EVENT] = {.word = "event", .sheet = &sheet_events, .version = "v1", .resource = "events"},
};

static void selection_set(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", str_or(text, ""));
}

static void selection_add_broker(struct selection *out, const struct world_broker *broker)
{
	if (!broker)
		return;
	selection_set(out->broker, sizeof out->broker, broker->name);
	if (broker->node)
		selection_set(out->node, sizeof out->node, broker->node->name);
}

/* What a row says beyond its name: where the broker and the node are that it leads to. */
static void add_links(enum selection_kind kind, const struct sheet_row *row, struct selection *out)
{
	switch (kind) {
	case SELECTION_BROKER:
		selection_add_broker(out, row->item.broker);
		break;
	case SELECTION_VOLUME:
		selection_add_broker(out, row->item.volume->broker);
		selection_set(out->node, sizeof out->node, row->item.volume->node);
		break;
	case SELECTION_NODE:
		selection_set(out->node, sizeof out->node, row->item.node->name);
		break;
	case SELECTION_POD:
		selection_set(out->broker, sizeof out->broker, row->item.pod->meta.name);
		selection_set(out->node, sizeof out->node, row->item.pod->node_name);
		break;
	case SELECTION_REPLICATED:
		if (row->value.replicated.leader >= 0)
			selection_add_broker(out, row->cluster->brokers[row->value.replicated.leader]);
		break;
	case SELECTION_QUEUE:
		selection_set(out->broker, sizeof out->broker, row->value.queue.leader);
		break;
	case SELECTION_GROUP:
		selection_set(out->broker, sizeof out->broker, row->value.group.coordinator);
		break;
	default:
		break;
	}
}

bool selection_of_row(const struct sheet *sheet, struct sheet_row *row, struct selection *out)
{
	for (int kind = 0; kind < SELECTION_KINDS; kind++) {
		if (selection_kinds[kind].sheet != sheet)
			continue;
		*out = (struct selection){.kind = (enum selection_kind)kind};
		selection_set(out->name, sizeof out->name, sheet->name_of(row));
		sheet->key(row, out->key, sizeof out->key);
		if (row->cluster) {
			selection_set(out->cluster, sizeof out->cluster, row->cluster->key);
			selection_set(out->namespace, sizeof out->namespace, row->cluster->namespace);
		}
		if (sheet->namespace_of)
			selection_set(out->namespace, sizeof out->namespace, sheet->namespace_of(row));
		add_links(out->kind, row, out);
		return true;
	}
	return false;
}

const struct sheet *selection_sheet(enum selection_kind kind)
{
	return selection_kinds[kind].sheet;
}

const char *selection_kind_word(enum selection_kind kind)
{
	return selection_kinds[kind].word;
}

char *selection_path(const struct selection *selection)
{
	if (!selection_kinds[selection->kind].resource)
		return NULL;
	return kube_url(&(struct kube_url){
		.group = selection_kinds[selection->kind].group,
		.version = selection_kinds[selection->kind].version,
		.resource = selection_kinds[selection->kind].resource,
		.namespace = selection->kind == SELECTION_NODE || !*selection->namespace ? NULL : selection->namespace,
		.name = selection->name,
	});
}

char *selection_cluster_path(const struct world_cluster *cluster)
{
	struct kube_url url = {.namespace = cluster->namespace, .name = cluster->name};
	if (cluster->kafka_resource) {
		url.group = "kafka.strimzi.io";
		url.version = "v1beta2";
		url.resource = "kafkas";
		url.name = cluster->kafka_resource->meta.name;
	} else if (cluster->rabbitmq_resource) {
		url.group = "rabbitmq.com";
		url.version = "v1beta1";
		url.resource = "rabbitmqclusters";
		url.name = cluster->rabbitmq_resource->meta.name;
	} else if (cluster->stateful_set) {
		url.group = "apps";
		url.version = "v1";
		url.resource = "statefulsets";
		url.name = cluster->stateful_set->meta.name;
	} else {
		return NULL;
	}
	return kube_url(&url);
}
