/* Nodes: what their kubelets say, and which brokers are on them. */
#include "views/sheets/sheet_describe.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static struct cell nodes_name(struct sheet_row *row)
{
	return cell_text(row->item.node->name);
}

static struct cell nodes_state(struct sheet_row *row)
{
	const struct world_node *it = row->item.node;
	if (!it->ready_known)
		return cell_unknown();
	if (!it->ready)
		return sheet_state("not ready", SEV_BAD);
	return it->cordoned ? sheet_state("cordoned", SEV_WARN) : sheet_state("ready", SEV_OK);
}

static struct cell nodes_ready(struct sheet_row *row)
{
	return row->item.node->ready_known ? cell_bool(row->item.node->ready) : cell_unknown();
}

static struct cell nodes_cordoned(struct sheet_row *row)
{
	return row->item.node->record ? cell_bool(row->item.node->cordoned) : cell_unknown();
}

static struct cell nodes_zone(struct sheet_row *row)
{
	return row->item.node->record ? cell_text(row->item.node->zone) : cell_unknown();
}

/* Where some are not, brokers of which nothing is known may be on it. */
static bool are_all_read(const struct world_view *world)
{
	return world_withheld_part(world->lists, WORLD_ON_CLUSTERS) == WORLD_PART_COUNT;
}

static struct cell nodes_brokers(struct sheet_row *row)
{
	const struct world_node *it = row->item.node;
	size_t used = 0;
	row->text[0] = '\0';
	for (size_t i = 0; i < it->broker_count && used < sizeof row->text; i++) {
		int more =
			snprintf(row->text + used, sizeof row->text - used, "%s%s", i ? "," : "", it->brokers[i]->name);
		used += more > 0 ? (size_t)more : 0;
	}
	return used || are_all_read(row->world) ? cell_list(row->text) : cell_unknown();
}

/* Every condition that is not as it should be: Ready wants True, all others want False. */
static struct cell nodes_conditions(struct sheet_row *row)
{
	const struct kube_node *it = row->item.node->record;
	if (!it)
		return cell_unknown();
	size_t used = 0;
	row->text[0] = '\0';
	for (size_t i = 0; i < it->condition_count && used < sizeof row->text; i++) {
		const struct kube_condition *condition = &it->conditions[i];
		const char *wanted = str_eq(condition->type, "Ready") ? "True" : "False";
		if (str_eq(condition->status, wanted))
			continue;
		int more = snprintf(row->text + used, sizeof row->text - used, "%s%s=%s", used ? "," : "",
				    str_or(condition->type, "?"), str_or(condition->status, "?"));
		used += more > 0 ? (size_t)more : 0;
	}
	return cell_graded(cell_list(row->text), used ? SEV_BAD : SEV_NONE);
}

static struct cell nodes_taints(struct sheet_row *row)
{
	const struct kube_node *it = row->item.node->record;
	if (!it)
		return cell_unknown();
	size_t used = 0;
	row->text[0] = '\0';
	for (size_t i = 0; i < it->taint_count && used < sizeof row->text; i++) {
		int more = snprintf(row->text + used, sizeof row->text - used, "%s%s:%s", i ? "," : "",
				    str_or(it->taints[i].key, "?"), str_or(it->taints[i].effect, "?"));
		used += more > 0 ? (size_t)more : 0;
	}
	return cell_graded(cell_list(row->text), it->taint_count ? SEV_WARN : SEV_NONE);
}

static struct cell nodes_kubelet(struct sheet_row *row)
{
	return row->item.node->record ? cell_text(row->item.node->record->kubelet_version) : cell_unknown();
}

static struct cell nodes_runtime(struct sheet_row *row)
{
	return row->item.node->record ? cell_text(row->item.node->record->runtime_version) : cell_unknown();
}

static struct cell nodes_address(struct sheet_row *row)
{
	const struct kube_node *it = row->item.node->record;
	for (size_t i = 0; it && i < it->address_count; i++) {
		if (str_eq(it->addresses[i].type, "InternalIP"))
			return cell_text(it->addresses[i].address);
	}
	return it ? cell_none() : cell_unknown();
}

static struct cell nodes_memory(struct sheet_row *row)
{
	return row->item.node->record ? cell_bytes(row->item.node->record->memory_allocatable) : cell_unknown();
}

static struct cell nodes_age(struct sheet_row *row)
{
	return row->item.node->record ? sheet_age_since(row, row->item.node->record->meta.created_ms) : cell_unknown();
}

static void nodes_links(const struct sheet_row *row, struct sheet_links *out)
{
	out->node = row->item.node->name;
}

static void nodes_describe(const struct sheet_row *row, struct buf *out)
{
	const struct kube_node *it = row->item.node->record;
	if (it)
		sheet_describe_conditions(out, it->conditions, it->condition_count);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("NODE", "node", "node", nodes_name, .min = 6, .max = 48),
	SHEET_TEXT("STATE", "state", "ready, not ready or cordoned", nodes_state),
	SHEET_FIELD("ready", "whether its Ready condition is true", nodes_ready),
	SHEET_FIELD("cordoned", "marked unschedulable", nodes_cordoned),
	SHEET_TEXT("ZONE", "zone", "zone label", nodes_zone, .priority = 2, .max = 24),
	SHEET_TEXT("BROKERS", "brokers", "brokers on it", nodes_brokers, .min = 8, .max = 60),
	SHEET_TEXT("CONDITIONS", "conditions", "conditions that report a problem", nodes_conditions, .priority = 1,
		   .max = 48),
	SHEET_TEXT("TAINTS", "taints", "key:effect", nodes_taints, .priority = 3, .max = 60),
	SHEET_TEXT("ADDRESS", "address", "internal address", nodes_address, .priority = 4, .max = 40),
	SHEET_NUMBER(BYTES, "MEMORY", "memoryAllocatableBytes", "allocatable memory in bytes", nodes_memory,
		     .priority = 5),
	SHEET_TEXT("KUBELET", "kubeletVersion", "kubelet version", nodes_kubelet, .priority = 6, .max = 24),
	SHEET_TEXT("RUNTIME", "runtimeVersion", "container runtime", nodes_runtime, SHEET_WIDE),
	SHEET_NUMBER(AGE, "AGE", "ageSeconds", "age of the node", nodes_age, .priority = 5),
};

const struct sheet sheet_nodes = {
	.name = "nodes",
	.word = "node",
	.list = SHEET_OF_WORLD(nodes, node_count),
	.opens = "brokers",
	.links = nodes_links,
	.is_node = true,
	.api = {.version = "v1", .resource = "nodes"},
	.describe = nodes_describe,
	.leans_on = WORLD_ON(NODES) | WORLD_ON_CLUSTERS, /* which brokers are on it */
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
