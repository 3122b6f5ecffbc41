/* Rules about what is no broker cluster's own: the connection, nodes, what may not be read. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/record_facts.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

void rule_link(struct rule_findings *findings)
{
	const struct world_view *view = &findings->world->view;
	static const char *const words[] = {
		[WORLD_STALE] = "connection to the cluster lost",
		[WORLD_UNREACHABLE] = "cluster unreachable",
	};
	if (view->link != WORLD_STALE && view->link != WORLD_UNREACHABLE)
		return;
	rule_finding_add(
		findings, SEV_BAD, NULL, NULL,
		arena_printf(&findings->world->frame, "%s: %s", words[view->link],
			     rule_sentence_cut(findings->world, str_or(view->link_err.text, "reason unknown"))),
		view->link == WORLD_STALE ? "showing old data; retrying" : "retrying");
}

static void say_pressure(struct rule_findings *findings, const struct world_node *node)
{
	static const char *const types[] = {"DiskPressure", "MemoryPressure", "PIDPressure", "NetworkUnavailable"};
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct kube_condition *it = record_node_condition(node->record, types[i]);
		if (it && str_eq(it->status, "True"))
			rule_finding_add(findings, SEV_WARN, "nodes", node->name,
					 arena_printf(&findings->world->frame, "%s has %s: %s", node->name, it->type,
						      rule_sentence_cut(findings->world,
									str_or(it->message, "no reason given"))),
					 NULL);
	}
}

void rule_nodes(struct rule_findings *findings)
{
	struct world *world = findings->world;
	for (size_t i = 0; i < world->node_list.len; i++) {
		const struct world_node *node = world->node_list.items[i];
		if (!node->broker_count)
			continue;
		if (node->ready_known && !node->ready)
			rule_finding_add(findings, SEV_BAD, "nodes", node->name,
					 arena_printf(&world->frame, "%s, with %s on it",
						      rule_sentence_node(world, node),
						      rule_sentence_count(world, (int64_t)node->broker_count, "broker",
									  "brokers")),
					 NULL);
		say_pressure(findings, node);
	}
}

/* What Kubernetes does not let us read, or not now. While nothing comes through at all, that is said (rule_link). */
void rule_unread(struct rule_findings *findings)
{
	const struct world_view *view = &findings->world->view;
	for (size_t i = 0; view->link == WORLD_LIVE && i < WORLD_LIST_COUNT; i++) {
		const struct world_source *list = &view->lists[i];
		const char *where = world_part_view((enum world_part)i);
		if (where && !world_source_is_read(list) && err_is_set(&list->err))
			rule_finding_add(findings, SEV_WARN, where, NULL,
					 arena_printf(&findings->world->frame, "%s unknown: %s",
						      world_part_word((enum world_part)i),
						      rule_sentence_cut(findings->world, list->err.text)),
					 NULL);
	}
}
