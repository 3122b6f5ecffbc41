#include "api/model/rules/rules.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/record_facts.h"
#include "api/model/world/sentences.h"

const struct rule rules_of_cluster[] = {
	{"kafka-offline", rule_kafka_offline},
	{"kafka-below-min-isr", rule_kafka_below_min_isr},
	{"rabbitmq-minority", rule_rabbitmq_minority},
	{"rabbitmq-leaderless", rule_rabbitmq_leaderless},
	{"kafka-no-controller", rule_kafka_no_controller},
	{"rabbitmq-alarms", rule_rabbitmq_alarms},
	{"rabbitmq-partitioned", rule_rabbitmq_partitioned},
	{"kafka-log-dirs", rule_kafka_log_dirs},
	{"not-started", rule_not_started},
	{"kafka-under-replicated", rule_kafka_under_replicated},
	{"rabbitmq-short", rule_rabbitmq_short},
	{"brokers-down", rule_brokers_down},
	{"disk-full", rule_disk_full},
	{"unheard", rule_unheard},
	{"operator", rule_operator},
	{"rolling", rule_rolling},
	{"scaling", rule_scaling},
	{"kafka-moving", rule_kafka_moving},
	{"critical", rule_critical},
	{"cordoned", rule_cordoned},
	{"management-refused", rule_management_refused},
};
const size_t rules_of_cluster_count = ARRAY_LEN(rules_of_cluster);

const struct rule rules_of_world[] = {
	{"link", rule_link},
	{"nodes", rule_nodes},
	{"forbidden", rule_forbidden},
};
const size_t rules_of_world_count = ARRAY_LEN(rules_of_world);

void rule_finding_add(struct rule_findings *findings, enum severity severity, const char *view, const char *key,
		      const char *text, const char *detail)
{
	const struct world_kept_cluster *cluster = findings->cluster;
	if (!key && cluster)
		key = rule_finding_key(findings, cluster->name);
	vec_push(&findings->items, (struct world_problem){
					   .severity = severity,
					   .cluster = cluster ? (struct world_cluster *)&cluster->pub : NULL,
					   .text = text,
					   .detail = detail,
					   .link_view = view,
					   .link_key = key,
				   });
}

const char *rule_finding_key(struct rule_findings *findings, const char *name)
{
	return arena_printf(&findings->world->frame, "%s/%s", findings->cluster->namespace, name);
}

/* ---- of no broker cluster ---- */

void rule_link(struct rule_findings *findings)
{
	const struct world_view *view = &findings->world->view;
	static const char *const words[] = {
		[WORLD_STALE] = "the connection to the cluster is lost",
		[WORLD_UNREACHABLE] = "the cluster cannot be reached",
	};
	if (view->link != WORLD_STALE && view->link != WORLD_UNREACHABLE)
		return;
	rule_finding_add(
		findings, SEV_BAD, NULL, NULL,
		arena_printf(&findings->world->frame, "%s: %s", words[view->link],
			     world_sentence_cut(findings->world, str_or(view->link_err.text, "no reason known"))),
		view->link == WORLD_STALE ? "what is shown is old; it is tried again and again"
					  : "it is tried again and again");
}

static void say_pressure(struct rule_findings *findings, const struct world_node *node)
{
	static const char *const types[] = {"DiskPressure", "MemoryPressure", "PIDPressure", "NetworkUnavailable"};
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct kube_condition *it = record_node_condition(node->record, types[i]);
		if (it && str_eq(it->status, "True"))
			rule_finding_add(findings, SEV_WARN, "nodes", node->name,
					 arena_printf(&findings->world->frame, "%s has %s: %s", node->name, it->type,
						      world_sentence_cut(findings->world,
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
					 arena_printf(&world->frame, "%s stopped reporting%s, with %s on it",
						      node->name, world_sentence_ago(world, node->not_ready_since_ms),
						      world_sentence_count(world, (int64_t)node->broker_count, "broker",
									   "brokers")),
					 NULL);
		say_pressure(findings, node);
	}
}

void rule_forbidden(struct rule_findings *findings)
{
	const struct world_view *view = &findings->world->view;
	const struct {
		const struct world_source *source;
		const char *what, *view;
	} sources[] = {
		{&view->sets_source, "broker clusters", "clusters"},
		{&view->pods_source, "pods", "pods"},
		{&view->nodes_source, "nodes", "nodes"},
		{&view->claims_source, "claims", "volumes"},
		{&view->volumes_source, "volumes", "volumes"},
		{&view->services_source, "services", "services"},
		{&view->events_source, "events", "events"},
		{&view->classes_source, "storage classes", "volumes"},
	};
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (sources[i].source->err.code == ERR_FORBIDDEN)
			rule_finding_add(findings, SEV_WARN, sources[i].view, NULL,
					 arena_printf(&findings->world->frame, "%s unknown: %s", sources[i].what,
						      world_sentence_cut(findings->world, sources[i].source->err.text)),
					 NULL);
}

/* ---- problems and headlines ---- */

static int compare_problems(const void *a, const void *b)
{
	const struct world_problem *left = *(const struct world_problem *const *)a,
				   *right = *(const struct world_problem *const *)b;
	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	return left < right ? -1 : left > right; /* the order of the rules */
}

static int compare_clusters(const void *a, const void *b)
{
	const struct world_cluster *left = *(struct world_cluster *const *)a,
				   *right = *(struct world_cluster *const *)b;
	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	return strcmp(left->key, right->key);
}

static void rules_head(struct world *world, struct world_kept_cluster *cluster, const struct world_problem *first,
		       size_t count)
{
	const struct world_problem *worst = NULL;
	struct world_cluster *it = &cluster->pub;
	it->detail = NULL;
	it->severity = rule_calm_headline(world, cluster, &it->headline);
	for (size_t i = 0; i < count; i++)
		if (first[i].severity > SEV_INFO && (!worst || first[i].severity > worst->severity))
			worst = &first[i];
	if (worst) {
		it->severity = worst->severity;
		it->headline = worst->text;
		it->detail = worst->detail;
	} else if (count) {
		it->detail = first[0].text;
	}
}

static void sort_problems(struct world *world, struct rule_findings *findings)
{
	VEC(const struct world_problem *) order = {0};
	for (size_t i = 0; i < findings->items.len; i++)
		vec_push(&order, &findings->items.items[i]);
	if (order.len)
		qsort(order.items, order.len, sizeof *order.items, compare_problems);
	vec_clear(&world->problems);
	for (size_t i = 0; i < order.len; i++)
		vec_push(&world->problems, *order.items[i]);
	vec_finish(&order);
}

void rules_find_problems(struct world *world)
{
	struct rule_findings findings = {.world = world};
	for (size_t i = 0; i < rules_of_world_count; i++)
		rules_of_world[i].find(&findings);
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		findings.cluster = join_cluster_of(world->cluster_list.items[i]);
		size_t before = findings.items.len;
		for (size_t rule = 0; rule < rules_of_cluster_count; rule++)
			rules_of_cluster[rule].find(&findings);
		rules_head(world, findings.cluster, findings.items.items + before, findings.items.len - before);
	}
	sort_problems(world, &findings);
	vec_finish(&findings.items);
	if (world->cluster_list.len)
		qsort(world->cluster_list.items, world->cluster_list.len, sizeof *world->cluster_list.items,
		      compare_clusters);
}
