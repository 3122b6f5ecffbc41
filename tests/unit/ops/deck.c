#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "api/base/str.h"
#include "api/demo/host/demo.h"
#include "api/kube/client/kube_access.h"
#include "api/kube/client/portforward.h"
#include "api/model/world/world.h"
#include "api/ops/engine/ops.h"
#include "tests/unit/ops/deck.h"

static void on_change(void *data)
{
	struct deck *deck = data;
	if (deck->ops)
		ops_world_changed(deck->ops);
}

static const struct world_view *view_of(void *data)
{
	return world_update(((struct deck *)data)->world);
}

const struct world_view *deck_view(struct deck *deck)
{
	return world_update(deck->world);
}

void deck_pass(struct deck *deck, int64_t ms)
{
	loop_run(deck->loop, ms, NULL);
}

static struct kafka_admin *kafka_of(void *data, const char *cluster_key)
{
	return world_kafka_admin(((struct deck *)data)->world, cluster_key);
}

static void need_cluster(void *data, const char *cluster_key)
{
	world_need(((struct deck *)data)->world, cluster_key);
}

bool deck_connect(struct deck *deck)
{
	struct err err = {0};
	deck->config = kubeconfig_load(&(struct kubeconfig_options){.text = demo_kubeconfig(deck->demo)}, &err);
	deck_must(deck->config, &err);
	deck->access = kubeconfig_resolve(deck->config, NULL, &err);
	deck_must(deck->access, &err);
	deck->client = kube_client_create(deck->loop, deck->access, &(struct kube_client_options){0}, &err);
	deck_must(deck->client, &err);
	deck->dialer = kube_portforward_dialer_create(deck->client);
	deck->world = world_create(&(struct world_options){.loop = deck->loop,
							   .client = deck->client,
							   .dialer = deck->dialer,
							   .on_change = on_change,
							   .data = deck});
	deck->ops = ops_create(&(struct ops_options){.loop = deck->loop,
						     .client = deck->client,
						     .view = view_of,
						     .kafka = kafka_of,
						     .need = need_cluster,
						     .data = deck,
						     .plans_dir = deck->plans_dir,
						     .who = "ann@ops1"});
	for (int i = 0; i < 300 && !world_settled(deck->world); i++)
		deck_pass(deck, 100);
	return world_settled(deck->world);
}

void deck_drop(struct deck *deck)
{
	ops_destroy(deck->ops);
	ops_plan_destroy(deck->plan);
	world_destroy(deck->world);
	kube_portforward_dialer_destroy(deck->dialer);
	kube_client_destroy(deck->client);
	kube_access_destroy(deck->access);
	kubeconfig_destroy(deck->config);
	deck->plan = NULL;
	deck->ops = NULL;
}

static int deck_setup_with(void **state, size_t more_clusters)
{
	struct err err = {0};
	struct deck *deck = mem_alloc(sizeof *deck);
	snprintf(deck->plans_dir, sizeof deck->plans_dir, "/tmp/mqdeck-deck-XXXXXX");
	assert_non_null(mkdtemp(deck->plans_dir));
	deck->clock = clock_virtual(1767225600000);
	deck->loop = loop_create(&deck->clock);
	deck->demo =
		demo_start(deck->loop, &(struct demo_options){.quiet = true, .more_clusters = more_clusters}, &err);
	deck_must(deck->demo, &err);
	*state = deck;
	return deck_connect(deck) ? 0 : -1;
}

int deck_setup(void **state)
{
	return deck_setup_with(state, 0);
}

int deck_setup_many(void **state)
{
	return deck_setup_with(state, 6);
}

int deck_setup_very_many(void **state)
{
	return deck_setup_with(state, 26);
}

int deck_teardown(void **state)
{
	struct deck *deck = *state;
	DIR *folder = opendir(deck->plans_dir);
	for (struct dirent *entry; folder && (entry = readdir(folder));)
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(deck->plans_dir);
	deck_drop(deck);
	demo_destroy(deck->demo);
	loop_destroy(deck->loop);
	free(deck);
	return 0;
}

static void wait_until_ready(struct deck *deck)
{
	for (int i = 0; i < 100 && deck->plan->state == OPS_STATE_PREPARING; i++)
		deck_pass(deck, 100);
	assert_int_equal(deck->plan->state, OPS_STATE_READY);
}

void deck_resume(struct deck *deck, const char *id)
{
	struct err err = {0};
	ops_plan_destroy(deck->plan);
	deck->plan = ops_resume_plan(deck->ops, id, NULL, NULL, &err);
	deck_must(deck->plan, &err);
	wait_until_ready(deck);
}

void deck_prepare(struct deck *deck, const char *operation, const char *target, const struct ops_value *values,
		  size_t count)
{
	struct err err = {0};
	const struct ops_operation *it = ops_find(operation);
	CLEANUP(free) char *key = ops_resolve(deck_view(deck), it->target, target, &err);
	deck_must(key, &err);
	struct ops_plan *before = deck->plan; /* values may be borrowed from it */
	deck->plan = ops_prepare(deck->ops, it, key, values, count, NULL, NULL, &err);
	deck_must(deck->plan, &err);
	ops_plan_destroy(before);
	wait_until_ready(deck);
}

bool deck_says(const struct deck *deck, enum ops_sentence_kind kind, const char *part)
{
	for (size_t i = 0; i < deck->plan->sentence_count; i++)
		if (deck->plan->sentences[i].kind == kind && strstr(deck->plan->sentences[i].text, part))
			return true;
	return false;
}

void deck_print(const struct deck *deck)
{
	for (size_t i = 0; i < deck->plan->sentence_count; i++)
		print_message("%s: %s\n", ops_sentence_label(deck->plan->sentences[i].kind),
			      deck->plan->sentences[i].text);
	for (size_t i = 0; i < deck->plan->step_count; i++)
		print_message("%s: %s, %s, %s\n", deck->plan->steps[i].title,
			      ops_step_state_word(deck->plan->steps[i].state), str_or(deck->plan->steps[i].figure, "-"),
			      str_or(deck->plan->steps[i].why, "-"));
}

void deck_begin(struct deck *deck)
{
	struct err err = {0};
	if (deck->plan->severity == OPS_BLOCKED)
		deck_print(deck);
	deck_must(ops_run(deck->plan, NULL, NULL, &err), &err);
}

void deck_finish(struct deck *deck)
{
	for (int i = 0; i < 900 && !ops_is_over(deck->plan); i++)
		deck_pass(deck, 1000);
	if (deck->plan->state != OPS_STATE_DONE)
		deck_print(deck);
	assert_int_equal(deck->plan->state, OPS_STATE_DONE);
}

void deck_run(struct deck *deck)
{
	deck_begin(deck);
	deck_finish(deck);
}
