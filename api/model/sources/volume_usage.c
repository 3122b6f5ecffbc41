/* One GET a node and minute, through the API server's proxy to the kubelet: the right to it (nodes/proxy) is one that not
 * everybody has, so that a refusal is an answer too and is not tried again for long. */
#include "api/model/sources/volume_usage.h"

#include <stdlib.h>

#include "api/base/map.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/client/kube_budget.h"
#include "api/kube/client/kube_client.h"

enum {
	POLL_MS = 60 * 1000,
	NODE_MS = 1000, /* … and longer where there are more nodes than seconds in that */
	REFUSED_MS = 10 * 60 * 1000,
	WANTED_MS = 3 * POLL_MS, /* nobody has asked for so long: the node is let go */
	OLD_POLLS = 3,           /* what was told so many polls ago says nothing of now */
	USAGE_TIMEOUT_MS = 5000,
	USAGE_BODY_MAX = 8 * 1024 * 1024,
	AT_ONCE_MAX = 3,
	CLAIMS_MAX = 10000,
};

struct usage_of_node {
	struct source_usage *all;
	char *name;
	struct kube_budget_turn *turn; /* to be asked, that it waits for */
	struct kube_request *request;
	struct map claims; /* "namespace/claim" → struct kube_volume_stats */
	struct err err;
	int64_t asked_ms, told_ms, wanted_ms; /* -1 = never */
};

struct source_usage {
	const struct source_options *options;
	struct kube_budget_share *share;
	struct map nodes; /* name → struct usage_of_node */
	size_t in_flight;
};

struct source_usage *source_usage_create(const struct source_options *options)
{
	struct source_usage *usage = mem_alloc(sizeof *usage);
	usage->options = options;
	usage->share = kube_budget_join(kube_client_budget(options->client), KUBE_BUDGET_REST);
	return usage;
}

static void usage_forget_claims(struct usage_of_node *node)
{
	for (struct map_entry *at = map_next(&node->claims, NULL); at; at = map_next(&node->claims, at))
		free(at->value);
	map_finish(&node->claims);
	node->claims = MAP_INIT;
}

static void usage_free_node(struct usage_of_node *node)
{
	kube_budget_cancel(node->turn);
	kube_request_cancel(node->request);
	usage_forget_claims(node);
	free(node->name);
	free(node);
}

void source_usage_destroy(struct source_usage *usage)
{
	if (!usage)
		return;
	for (struct map_entry *at = map_next(&usage->nodes, NULL); at; at = map_next(&usage->nodes, at))
		usage_free_node(at->value);
	map_finish(&usage->nodes);
	kube_budget_leave(usage->share);
	free(usage);
}

static void usage_take(void *data, const struct kube_volume_stats *stats)
{
	struct usage_of_node *node = data;
	if (node->claims.len >= CLAIMS_MAX)
		return;
	CLEANUP(free) char *key = str_printf("%s/%s", stats->namespace, stats->claim);
	struct kube_volume_stats *copy = mem_alloc(sizeof *copy);
	*copy = *stats;
	free(map_set(&node->claims, key, copy));
}

static void usage_ask_next(struct source_usage *usage);

static void usage_on_done(void *data, const struct kube_result *result)
{
	struct usage_of_node *node = data;
	node->request = NULL;
	node->all->in_flight--;
	node->err = result->err;
	if (!err_is_set(&node->err)) {
		usage_forget_claims(node);
		if (kube_stats_summary_parse(result->http->body, result->http->body_len, usage_take, node, &node->err))
			node->told_ms = loop_now_ms(node->all->options->loop);
	}
	usage_ask_next(node->all);
	node->all->options->on_change(node->all->options->data);
}

static void usage_on_turn(void *data)
{
	struct usage_of_node *node = data;
	node->turn = NULL;
	node->asked_ms = loop_now_ms(node->all->options->loop);
	CLEANUP(free)
	char *proxy = kube_url(
		&(struct kube_url){.version = "v1", .resource = "nodes", .name = node->name, .subresource = "proxy"});
	CLEANUP(free) char *path = str_printf("%s/stats/summary", proxy);
	node->request = kube_request(node->all->options->client,
				     &(struct kube_call){.reason = "use of brokers' volumes",
							 .path = path,
							 .gzip = true,
							 .once = true,
							 .is_budgeted = true,
							 .timeout_ms = USAGE_TIMEOUT_MS,
							 .body_max = USAGE_BODY_MAX,
							 .on_done = usage_on_done,
							 .data = node},
				     &node->err);
	if (!node->request)
		node->all->in_flight--;
}

static int64_t usage_poll_ms(const struct source_usage *usage)
{
	int64_t all = (int64_t)usage->nodes.len * NODE_MS;
	return all > POLL_MS ? all : POLL_MS;
}

static void usage_ask_if_due(struct usage_of_node *node)
{
	int64_t now = loop_now_ms(node->all->options->loop);
	int64_t pause = node->err.code == ERR_FORBIDDEN ? REFUSED_MS : usage_poll_ms(node->all);
	bool due = node->asked_ms < 0 || now - node->asked_ms >= pause;
	if (!due || node->request || node->turn || node->all->in_flight >= AT_ONCE_MAX)
		return;
	node->all->in_flight++;
	node->turn = kube_budget_ask(node->all->share, usage_on_turn, node);
}

/* Whoever waits for a turn, without waiting for the next tick. */
static void usage_ask_next(struct source_usage *usage)
{
	int64_t now = loop_now_ms(usage->options->loop);
	for (struct map_entry *at = map_next(&usage->nodes, NULL); at; at = map_next(&usage->nodes, at)) {
		struct usage_of_node *node = at->value;
		if (now - node->wanted_ms < WANTED_MS)
			usage_ask_if_due(node);
	}
}

const struct kube_volume_stats *source_usage_of(struct source_usage *usage, const char *node, const char *namespace,
						const char *claim, const char **why)
{
	struct usage_of_node *it = map_get(&usage->nodes, node);
	int64_t now = loop_now_ms(usage->options->loop);
	if (!it) {
		it = mem_alloc(sizeof *it);
		*it = (struct usage_of_node){.all = usage, .name = mem_strdup(node), .asked_ms = -1, .told_ms = -1};
		map_set(&usage->nodes, node, it);
	}
	it->wanted_ms = now;
	usage_ask_if_due(it);
	CLEANUP(free) char *key = str_printf("%s/%s", namespace, claim);
	const struct kube_volume_stats *stats = it->told_ms >= 0 && now - it->told_ms < OLD_POLLS * usage_poll_ms(usage)
							? map_get(&it->claims, key)
							: NULL;
	*why = stats                  ? NULL
	       : err_is_set(&it->err) ? it->err.text
	       : it->told_ms >= 0     ? "the kubelet of its node does not tell"
				      : NULL;
	return stats;
}

void source_usage_tick(struct source_usage *usage)
{
	VEC(struct usage_of_node *) gone = {0};
	int64_t now = loop_now_ms(usage->options->loop);
	for (struct map_entry *at = map_next(&usage->nodes, NULL); at; at = map_next(&usage->nodes, at)) {
		struct usage_of_node *node = at->value;
		if (now - node->wanted_ms < WANTED_MS)
			usage_ask_if_due(node);
		else if (!node->request && !node->turn)
			vec_push(&gone, node);
	}
	vec_each (&gone, node) {
		map_remove(&usage->nodes, (*node)->name);
		usage_free_node(*node);
	}
	vec_finish(&gone);
}

bool source_usage_is_waiting(const struct source_usage *usage)
{
	for (struct map_entry *at = map_next(&usage->nodes, NULL); at; at = map_next(&usage->nodes, at)) {
		const struct usage_of_node *node = at->value;
		if (node->told_ms < 0 && !err_is_set(&node->err))
			return true;
	}
	return false;
}
