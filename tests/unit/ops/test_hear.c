/* With many broker clusters what the brokers say is joined alone as it comes. What is shown then is what it would be if the
 * whole were joined anew at that moment. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "api/base/map.h"
#include "api/base/str.h"
#include "api/model/world/world_private.h"
#include "tests/unit/ops/deck.h"

enum { STEP_MS = 250, LONG_MS = 3 * 60 * 1000 };

static void write_broker(FILE *out, const struct world_broker *it)
{
	fprintf(out, "  %s id %d of %s %s: %s %d ready %d reachable %d role %s version %s\n", it->name, it->id,
		str_or(it->member_name, "-"), it->node ? it->node->name : "-", it->state, it->severity, it->ready,
		it->reachable, str_or(it->role, "-"), str_or(it->version, "-"));
	fprintf(out, "    critical %d controller %d draining %d leaders %lld replicas %lld in sync %lld behind %lld\n",
		it->quorum_critical, it->is_controller, it->draining, (long long)it->leaders, (long long)it->replicas,
		(long long)it->in_sync, (long long)it->under_replicated);
	fprintf(out, "    disk %lld of %lld memory %lld alarms %s dirs %s restarts %d rate %g clients %zu/%lld\n",
		(long long)it->disk_used_bytes, (long long)it->disk_total_bytes, (long long)it->memory_limit_bytes,
		str_or(it->alarms, "?"), str_or(it->offline_dirs, "?"), it->restarts, it->in_rate, it->client_count,
		(long long)it->connections);
	for (size_t i = 0; i < it->volume_count; i++)
		fprintf(out, "    %s %lld of %lld inodes %lld: %s\n", it->volumes[i]->claim->meta.name,
			(long long)it->volumes[i]->used_bytes, (long long)it->volumes[i]->capacity_bytes,
			(long long)it->volumes[i]->inodes_used, str_or(it->volumes[i]->use_unknown, "-"));
}

static void write_cluster(FILE *out, const struct world_cluster *it)
{
	fprintf(out, "%s %d version %s desired %d: %s (%s)\n", it->key, it->severity, str_or(it->version, "-"),
		it->desired, it->headline, str_or(it->detail, "-"));
	fprintf(out,
		"  replicated %lld behind %lld below %lld leaderless %lld queues %lld topics %lld groups %lld "
		"lag %lld\n",
		(long long)it->replicated_count, (long long)it->under_replicated, (long long)it->below_min,
		(long long)it->leaderless, (long long)it->queue_count, (long long)it->topic_count,
		(long long)it->group_count, (long long)it->total_lag);
	fprintf(out, "  unjoined %s heard %lld: %s\n", str_or(it->unjoined, "-"), (long long)it->source.updated_ms,
		it->source.err.text);
	for (size_t i = 0; i < WORLD_PART_COUNT; i++)
		fprintf(out, "  part %zu read %d: %s\n", i, world_source_is_read(&it->parts[i]), it->parts[i].err.text);
	for (size_t i = 0; i < it->voter_count; i++)
		fprintf(out, "  voter %d %s %d %d %lld\n", it->voters[i].id, str_or(it->voters[i].broker, "-"),
			it->voters[i].leader, it->voters[i].caught_up, (long long)it->voters[i].lag);
	for (size_t i = 0; i < it->member_count; i++)
		write_broker(out, it->members[i]);
}

/* All that is said of a cluster; free() it. */
static char *text_of(const struct world_view *view, const struct world_cluster *cluster)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	assert_non_null(out);
	write_cluster(out, cluster);
	for (size_t i = 0; i < view->problem_count; i++)
		if (view->problems[i].cluster == cluster)
			fprintf(out, "%d %s (%s) %s %s\n", view->problems[i].severity, view->problems[i].text,
				str_or(view->problems[i].detail, "-"), str_or(view->problems[i].link_view, "-"),
				str_or(view->problems[i].link_key, "-"));
	fclose(out);
	return text;
}

static struct map picture(const struct world_view *view)
{
	struct map texts = MAP_INIT;
	for (size_t i = 0; i < view->cluster_count; i++)
		map_set(&texts, view->clusters[i]->key, text_of(view, view->clusters[i]));
	return texts;
}

static void drop_picture(struct map *texts)
{
	for (struct map_entry *at = map_next(texts, NULL); at; at = map_next(texts, at))
		free(at->value);
	map_finish(texts);
}

/* Where the two differ first, for whoever reads the failure. */
static void assert_same_text(const char *heard, const char *whole)
{
	size_t line = 0, at = 0;
	for (; heard[at] && heard[at] == whole[at]; at++)
		line = heard[at] == '\n' ? at + 1 : line;
	if (heard[at] != whole[at])
		fail_msg("heard: %.*s\nwhole: %.*s", (int)strcspn(heard + line, "\n"), heard + line,
			 (int)strcspn(whole + line, "\n"), whole + line);
}

/* Of whom nothing was heard stays as it was, with the ages of then: who was heard is as the whole has it now. How many were? */
static size_t compare_heard(struct deck *deck, const struct world_view *view)
{
	size_t heard_of = 0;
	struct map before = picture(view);
	struct map heard = picture(world_hear(deck->world));
	assert_false(world_is_outdated(deck->world));
	world_mark_dirty(deck->world);
	struct map whole = picture(world_update(deck->world));
	for (struct map_entry *at = map_next(&heard, NULL); at; at = map_next(&heard, at)) {
		if (str_eq(at->value, map_get(&before, at->key)))
			continue;
		assert_same_text(at->value, map_get(&whole, at->key));
		heard_of++;
	}
	drop_picture(&before);
	drop_picture(&heard);
	drop_picture(&whole);
	return heard_of;
}

/* Lets time pass, and compares whenever brokers said something and nobody else did. How often were they heard? */
static size_t compare_for(struct deck *deck, int64_t ms)
{
	size_t compared = 0;
	const struct world_view *view = deck_view(deck);
	for (int64_t passed = 0; passed < ms; passed += STEP_MS) {
		deck_pass(deck, STEP_MS);
		if (world_due_ms(deck->world)) /* records came too */
			world_update(deck->world);
		else if (world_is_outdated(deck->world))
			compared += compare_heard(deck, view);
	}
	return compared;
}

static void what_is_heard_alone_is_what_the_whole_would_be(void **state)
{
	struct deck *deck = *state;
	assert_true(deck_view(deck)->cluster_count > 24);
	assert_true(compare_for(deck, LONG_MS) > 50);
	assert_true(demo_fail_node(deck->demo, "node-3"));
	assert_true(compare_for(deck, LONG_MS) > 50);
	assert_true(deck_view(deck)->problem_count > 3);
	assert_true(demo_heal_node(deck->demo, "node-3"));
	assert_true(compare_for(deck, LONG_MS) > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_heard_alone_is_what_the_whole_would_be),
	};
	return cmocka_run_group_tests(tests, deck_setup_very_many, deck_teardown);
}
