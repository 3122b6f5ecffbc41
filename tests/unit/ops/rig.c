#include "tests/unit/unit.h"

#include <cjson/cJSON.h>

#include "tests/unit/ops/rig.h"

static const struct world_view *view_of(void *data)
{
	return &((struct rig *)data)->world.view;
}

static struct kafka_admin *kafka_of(void *data, const char *cluster_key)
{
	return fake_kafka(&((struct rig *)data)->api);
}

static void on_ready(void *data, struct ops_plan *plan)
{
	((struct rig *)data)->ready++;
}

static void on_progress(void *data, struct ops_plan *plan)
{
	((struct rig *)data)->progress++;
}

struct rig *rig_create(void)
{
	struct rig *rig = mem_alloc(sizeof *rig);
	rig->clock = clock_virtual(0);
	rig->loop = loop_create(&rig->clock);
	fake_world_init(&rig->world);
	rig->api = (struct fake_api){.loop = rig->loop, .uid = "u-1", .version = 7, .replicas = 3};
	rig_engine(rig, NULL, NULL);
	return rig;
}

void rig_engine(struct rig *rig, const char *plans_dir, const char *who)
{
	ops_plan_destroy(rig->plan);
	rig->plan = NULL;
	ops_destroy(rig->ops);
	rig->ops = ops_create(&(struct ops_options){.loop = rig->loop,
						    .client = fake_client(&rig->api),
						    .view = view_of,
						    .kafka = kafka_of,
						    .data = rig,
						    .plans_dir = plans_dir,
						    .who = who});
}

void rig_destroy(struct rig *rig)
{
	ops_plan_destroy(rig->plan);
	ops_destroy(rig->ops);
	loop_destroy(rig->loop);
	cJSON_Delete(rig->api.leases);
	free(rig);
}

void rig_prepare(struct rig *rig, const char *operation, const char *target, const char *replicas)
{
	rig_prepare_with(rig, operation, target, replicas ? "replicas" : NULL, replicas);
}

void rig_prepare_with(struct rig *rig, const char *operation, const char *target, const char *name, const char *value)
{
	struct err err = {0};
	struct ops_value values = {.name = name, .value = value};
	ops_plan_destroy(rig->plan);
	rig->ready = rig->progress = 0;
	rig->plan = ops_prepare(rig->ops, ops_find(operation), target, &values, name ? 1 : 0, on_ready, rig, &err);
	if (!rig->plan)
		fail_msg("%s", err.text);
	assert_int_equal(rig->plan->state, OPS_STATE_PREPARING);
	rig_pass(rig, 100);
	assert_int_equal(rig->plan->state, OPS_STATE_READY);
	assert_int_equal(rig->ready, 1);
}

void rig_run(struct rig *rig)
{
	struct err err = {0};
	if (!ops_run(rig->plan, on_progress, rig, &err))
		fail_msg("%s", err.text);
}

void rig_pass(struct rig *rig, int64_t ms)
{
	loop_run(rig->loop, ms, NULL);
}

bool rig_says(const struct rig *rig, enum ops_sentence_kind kind, const char *part)
{
	for (size_t i = 0; i < rig->plan->sentence_count; i++)
		if (rig->plan->sentences[i].kind == kind && strstr(rig->plan->sentences[i].text, part))
			return true;
	return false;
}
