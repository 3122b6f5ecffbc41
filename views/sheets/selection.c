#include "views/console/view.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/client/kube_client.h"

/* What each kind is called, listed by, and reached at in Kubernetes' API (resource NULL: only the brokers know it). */
static const struct {
	const char *word;
	const struct sheet *sheet;
	const char *group, *version, *resource;
} kinds[SUBJECT_KINDS] = {
	[SUBJECT_CLUSTER] = {.word = "cluster", .sheet = &sheet_clusters},
	[SUBJECT_BROKER] = {.word = "broker", .sheet = &sheet_brokers, .version = "v1", .resource = "pods"},
	[SUBJECT_VOLUME] = {.word = "volume", .sheet = &sheet_volumes, .version = "v1", .resource = "persistentvolumeclaims"},
	[SUBJECT_SERVICE] = {.word = "service", .sheet = &sheet_services, .version = "v1", .resource = "services"},
	[SUBJECT_NODE] = {.word = "node", .sheet = &sheet_nodes, .version = "v1", .resource = "nodes"},
	[SUBJECT_POD] = {.word = "pod", .sheet = &sheet_pods, .version = "v1", .resource = "pods"},
	[SUBJECT_REPLICATED] = {.word = "replica", .sheet = &sheet_replication},
	[SUBJECT_QUEUE] = {.word = "queue", .sheet = &sheet_queues},
	[SUBJECT_TOPIC] = {.word = "topic", .sheet = &sheet_topics},
	[SUBJECT_GROUP] = {.word = "group", .sheet = &sheet_groups},
	[SUBJECT_EVENT] = {.word = "event", .sheet = &sheet_events, .version = "v1", .resource = "events"},
};

static void set(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", str_or(text, ""));
}

static void add_broker(struct subject *out, const struct world_broker *broker)
{
	if (!broker)
		return;
	set(out->broker, sizeof out->broker, broker->name);
	if (broker->node)
		set(out->node, sizeof out->node, broker->node->name);
}

/* What a row says beyond its name: where the broker and the node are that it leads to. */
static void add_links(enum subject_kind kind, const struct row *row, struct subject *out)
{
	switch (kind) {
	case SUBJECT_BROKER:
		add_broker(out, row->item.broker);
		break;
	case SUBJECT_VOLUME:
		add_broker(out, row->item.volume->broker);
		set(out->node, sizeof out->node, row->item.volume->node);
		break;
	case SUBJECT_NODE:
		set(out->node, sizeof out->node, row->item.node->name);
		break;
	case SUBJECT_POD:
		set(out->broker, sizeof out->broker, row->item.pod->meta.name);
		set(out->node, sizeof out->node, row->item.pod->node_name);
		break;
	case SUBJECT_REPLICATED:
		if (row->value.replicated.leader >= 0)
			add_broker(out, row->cluster->brokers[row->value.replicated.leader]);
		break;
	case SUBJECT_QUEUE:
		set(out->broker, sizeof out->broker, row->value.queue.leader);
		break;
	case SUBJECT_GROUP:
		set(out->broker, sizeof out->broker, row->value.group.coordinator);
		break;
	default:
		break;
	}
}

bool subject_of_row(const struct sheet *sheet, struct row *row, struct subject *out)
{
	for (int kind = 0; kind < SUBJECT_KINDS; kind++) {
		if (kinds[kind].sheet != sheet)
			continue;
		*out = (struct subject){.kind = (enum subject_kind)kind};
		set(out->name, sizeof out->name, sheet->name_of(row));
		sheet->key(row, out->key, sizeof out->key);
		if (row->cluster) {
			set(out->cluster, sizeof out->cluster, row->cluster->key);
			set(out->namespace, sizeof out->namespace, row->cluster->namespace);
		}
		if (sheet->namespace_of)
			set(out->namespace, sizeof out->namespace, sheet->namespace_of(row));
		add_links(out->kind, row, out);
		return true;
	}
	return false;
}

const struct sheet *subject_sheet(enum subject_kind kind)
{
	return kinds[kind].sheet;
}

const char *subject_kind_word(enum subject_kind kind)
{
	return kinds[kind].word;
}

char *subject_path(const struct subject *subject)
{
	if (!kinds[subject->kind].resource)
		return NULL;
	return kube_url(&(struct kube_url){
		.group = kinds[subject->kind].group,
		.version = kinds[subject->kind].version,
		.resource = kinds[subject->kind].resource,
		.namespace = subject->kind == SUBJECT_NODE || !*subject->namespace ? NULL : subject->namespace,
		.name = subject->name,
	});
}

char *cluster_path(const struct world_cluster *cluster)
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

struct scope view_scope_borrow(const struct view_scope *scope)
{
	return (struct scope){
		.namespace = *scope->namespace ? scope->namespace : NULL,
		.cluster = *scope->cluster ? scope->cluster : NULL,
		.node = *scope->node ? scope->node : NULL,
		.broker = *scope->broker ? scope->broker : NULL,
		.name = *scope->name ? scope->name : NULL,
	};
}
