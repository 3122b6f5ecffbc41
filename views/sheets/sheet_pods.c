/* Pods of the broker clusters, as kubectl has them. */
#include "views/sheets/sheet_describe.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/pod_words.h"

static void pods_fill(struct sheet_row *row, int64_t index)
{
	const struct world_broker *broker =
		world_find_member(row->world, row->item.pod->meta.namespace, row->item.pod->meta.name);
	row->cluster = broker ? broker->cluster : NULL;
}

static const char *pods_namespace_of(const struct sheet_row *row)
{
	return row->item.pod->meta.namespace;
}

static struct cell pods_name(struct sheet_row *row)
{
	return cell_text(row->item.pod->meta.name);
}

static struct cell pods_namespace(struct sheet_row *row)
{
	return cell_text(pods_namespace_of(row));
}

static struct cell pods_ready(struct sheet_row *row)
{
	struct record_pod_words words;
	record_pod_words(row->item.pod, &words);
	return cell_graded(cell_ratio(words.ready, words.containers),
			   words.ready < words.containers ? SEV_BAD : SEV_OK);
}

static enum severity pods_gravity(const struct kube_pod *pod, const char *status)
{
	if (pod->meta.deleted_ms >= 0)
		return SEV_WARN;
	return str_eq(status, "Running")                         ? SEV_OK
	       : str_eq(status, str_or(pod->reason, pod->phase)) ? SEV_WARN
								 : SEV_BAD;
}

static struct cell pods_status(struct sheet_row *row)
{
	struct record_pod_words words;
	record_pod_words(row->item.pod, &words);
	snprintf(row->text, sizeof row->text, "%s", words.status);
	return sheet_state(row->text, pods_gravity(row->item.pod, words.status));
}

static struct cell pods_restarts(struct sheet_row *row)
{
	struct record_pod_words words;
	record_pod_words(row->item.pod, &words);
	return cell_count(words.restarts);
}

static struct cell pods_node(struct sheet_row *row)
{
	return cell_text(row->item.pod->node_name);
}

static struct cell pods_address(struct sheet_row *row)
{
	return cell_text(row->item.pod->pod_ip);
}

static struct cell pods_image(struct sheet_row *row)
{
	const struct kube_pod *pod = row->item.pod;
	const struct world_broker *broker = world_find_member(row->world, pod->meta.namespace, pod->meta.name);
	const struct kube_container *container = broker ? broker->container : NULL;
	if (!container && pod->container_count)
		container = &pod->containers[0];
	return container ? cell_text(container->image) : cell_none();
}

static struct cell pods_age(struct sheet_row *row)
{
	return sheet_age_since(row, row->item.pod->meta.created_ms);
}

static void pods_links(const struct sheet_row *row, struct sheet_links *out)
{
	out->broker = row->item.pod->meta.name;
	out->node = row->item.pod->node_name;
}

static void pods_describe(const struct sheet_row *row, struct buf *out)
{
	sheet_describe_pod(out, row->item.pod);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("POD", "pod", "pod", pods_name, .min = 8, .max = 48),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", pods_namespace, .priority = 3),
	SHEET_NUMBER(RATIO, "READY", "ready", "ready containers out of all", pods_ready),
	SHEET_TEXT("STATUS", "status", "as kubectl words it: the phase, or why a container is waiting", pods_status,
		   .max = 28),
	SHEET_NUMBER(COUNT, "RESTARTS", "restarts", "restarts of all containers", pods_restarts),
	SHEET_TEXT("NODE", "node", "node", pods_node, .priority = 1, .max = 32),
	SHEET_TEXT("IP", "ip", "pod address", pods_address, .priority = 2, .max = 40),
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, .priority = 4),
	SHEET_TEXT("IMAGE", "image", "image of the broker's container", pods_image, .max = 60, SHEET_WIDE),
	SHEET_NUMBER(AGE, "AGE", "ageSeconds", "age of the pod", pods_age, .priority = 1),
};

const struct sheet sheet_pods = {
	.name = "pods",
	.word = "pod",
	.list = SHEET_OF_WORLD(pods, pod_count),
	.opens = "logs",
	.links = pods_links,
	.is_broker = true,
	.has_broker = true,
	.api = {.version = "v1", .resource = "pods"},
	.describe = pods_describe,
	.fill = pods_fill,
	.namespace_of = pods_namespace_of,
	.leans_on = WORLD_ON_CLUSTERS,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
