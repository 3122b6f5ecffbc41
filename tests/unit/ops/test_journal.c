/* What a plan leaves on disk, and what another process makes of it. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/str.h"
#include "api/ops/journal/journal_dir.h"
#include "api/ops/plan/plan.h"
#include "tests/unit/ops/rig.h"

#define KAFKA "mq/orders/kafka"
#define WHO "ann@ops1"

struct desk {
	struct rig *rig;
	char root[64], dir[96];
};

static int setup(void **state)
{
	struct desk *desk = mem_alloc(sizeof *desk);
	desk->rig = rig_create();
	desk->rig->api.access.server = mem_strdup("https://me:secret@api.example:6443/token/abc");
	snprintf(desk->root, sizeof desk->root, "/tmp/mqdeck-journal-XXXXXX");
	assert_non_null(mkdtemp(desk->root));
	snprintf(desk->dir, sizeof desk->dir, "%s/state/plans", desk->root);
	rig_engine(desk->rig, desk->dir, WHO);
	*state = desk;
	return 0;
}

static void empty(const char *dir)
{
	DIR *folder = opendir(dir);
	char path[512];
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (entry->d_type == DT_REG)
			unlink(path);
	}
	if (folder)
		closedir(folder);
	rmdir(dir);
}

static int teardown(void **state)
{
	struct desk *desk = *state;
	char state_dir[96];
	free(desk->rig->api.access.server);
	rig_destroy(desk->rig);
	snprintf(state_dir, sizeof state_dir, "%s/state", desk->root);
	empty(desk->dir);
	rmdir(state_dir);
	rmdir(desk->root);
	free(desk);
	return 0;
}

/* Scales up and stops in the first gate. */
static char *start_scaling(struct desk *desk)
{
	rig_prepare(desk->rig, "scale", KAFKA, "4");
	rig_run(desk->rig);
	rig_pass(desk->rig, 1000);
	assert_int_equal(desk->rig->plan->steps[1].state, OPS_STEP_RUNNING);
	return mem_strdup(desk->rig->plan->id);
}

static void kill_engine(struct desk *desk)
{
	rig_engine(desk->rig, desk->dir, "ben@ops2");
}

static void let_it_finish(struct desk *desk)
{
	struct fake_cluster *kafka = &desk->rig->world.clusters[FAKE_KAFKA];
	if (kafka->cluster.broker_count == 3)
		fake_add_broker(&desk->rig->world, FAKE_KAFKA);
	fake_broker_ready(kafka, 3);
	fake_broker_joined(kafka, 3);
	rig_pass(desk->rig, 5000);
}

static void desk_resume(struct desk *desk, const char *id)
{
	struct err err = {0};
	desk->rig->plan = ops_resume_plan(desk->rig->ops, id, NULL, NULL, &err);
	if (!desk->rig->plan)
		fail_msg("%s", err.text);
	rig_pass(desk->rig, 200);
	assert_int_equal(desk->rig->plan->state, OPS_STATE_READY);
}

static struct ops_history read_all(struct desk *desk)
{
	struct err err = {0};
	struct ops_history pasts = {0};
	if (!ops_history_read(desk->dir, &pasts, 0, &err))
		fail_msg("%s", err.text);
	return pasts;
}

static void assert_state(struct desk *desk, const char *id, enum ops_history_state state)
{
	CLEANUP(ops_history_finish) struct ops_history pasts = read_all(desk);
	for (size_t i = 0; i < pasts.count; i++) {
		if (!str_eq(pasts.items[i].id, id))
			continue;
		assert_string_equal(ops_history_word(pasts.items[i].state), ops_history_word(state));
		return;
	}
	fail_msg("no plan %s", id);
}

static char *text_of(struct desk *desk, const char *id)
{
	CLEANUP(free) char *path = ops_journal_path(desk->dir, id);
	FILE *file = fopen(path, "r");
	char *text = mem_alloc(65536);
	assert_non_null(file);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return text;
}

static void a_journal_is_private_and_holds_no_secret(void **state)
{
	struct desk *desk = *state;
	CLEANUP(free) char *id = start_scaling(desk);
	CLEANUP(free) char *path = ops_journal_path(desk->dir, id);
	CLEANUP(free) char *text = text_of(desk, id);
	struct stat found;
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	assert_int_equal(stat(desk->dir, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0700);
	assert_null(strstr(text, "secret"));
	assert_null(strstr(text, "token"));
	assert_contains(text, "\"server\":\"https://api.example:6443\"");
	assert_contains(text, "\"by\":\"" WHO "\"");
	assert_contains(text, "\"uid\":\"u-1\"");
	assert_contains(text, "\"type\":\"set-replicas\"");
}

static void the_list_tells_who_lives(void **state)
{
	struct desk *desk = *state;
	CLEANUP(free) char *id = start_scaling(desk);
	{
		CLEANUP(ops_history_finish) struct ops_history pasts = read_all(desk);
		assert_int_equal(pasts.count, 1);
		assert_int_equal(pasts.items[0].state, OPS_HISTORY_RUNNING);
		assert_int_equal(pasts.items[0].step, 1);
		assert_int_equal(pasts.items[0].step_count, 3);
		assert_string_equal(pasts.items[0].step_title, "orders-3 ready");
		assert_false(ops_may_resume(&pasts.items[0], NULL));
	}
	struct err err = {0};
	assert_null(ops_resume_plan(desk->rig->ops, id, NULL, NULL, &err));
	assert_contains(err.text, "is being run by another mqdeck");
	kill_engine(desk);
	assert_state(desk, id, OPS_HISTORY_INTERRUPTED);
}

static void another_process_goes_on_where_it_stopped(void **state)
{
	struct desk *desk = *state;
	CLEANUP(free) char *id = start_scaling(desk);
	kill_engine(desk);
	desk_resume(desk, id);
	assert_true(rig_says(desk->rig, OPS_CHANGES, "resumes at step 2 of 3"));
	assert_int_equal(desk->rig->plan->steps[0].state, OPS_STEP_DONE);
	assert_int_not_equal(desk->rig->plan->severity, OPS_BLOCKED);
	rig_run(desk->rig);
	rig_pass(desk->rig, 1000);
	assert_state(desk, id, OPS_HISTORY_RUNNING);
	let_it_finish(desk);
	assert_int_equal(desk->rig->plan->state, OPS_STATE_DONE);
	assert_int_equal(desk->rig->api.patches, 1);
	assert_state(desk, id, OPS_HISTORY_DONE);
	CLEANUP(ops_history_finish) struct ops_history pasts = read_all(desk);
	assert_string_equal(pasts.items[0].who, "ben@ops2");
	assert_null(pasts.items[0].step_title);
}

static void a_change_whose_end_was_not_written_is_not_made_twice(void **state)
{
	struct desk *desk = *state;
	rig_prepare(desk->rig, "scale", KAFKA, "4");
	rig_run(desk->rig);
	for (int i = 0; i < 1000 && desk->rig->api.patches == 0; i++)
		loop_step(desk->rig->loop, 1);
	assert_int_equal(desk->rig->plan->steps[0].state, OPS_STEP_RUNNING);
	CLEANUP(free) char *id = mem_strdup(desk->rig->plan->id);
	kill_engine(desk);
	desk_resume(desk, id);
	assert_int_equal(desk->rig->plan->current, 0);
	rig_run(desk->rig);
	rig_pass(desk->rig, 1000);
	assert_string_equal(desk->rig->plan->steps[0].result, "already done");
	let_it_finish(desk);
	assert_int_equal(desk->rig->plan->state, OPS_STATE_DONE);
	assert_int_equal(desk->rig->api.patches, 1);
}

static void a_torn_last_line_is_cut_off(void **state)
{
	struct desk *desk = *state;
	CLEANUP(free) char *id = start_scaling(desk);
	kill_engine(desk);
	CLEANUP(free) char *path = ops_journal_path(desk->dir, id);
	struct stat found;
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(truncate(path, found.st_size - 9), 0);
	desk_resume(desk, id);
	assert_int_equal(desk->rig->plan->current, 1);
	rig_run(desk->rig);
	rig_pass(desk->rig, 1000);
	let_it_finish(desk);
	assert_state(desk, id, OPS_HISTORY_DONE);
}

static void what_is_not_a_journal_is_named(void **state)
{
	static const struct {
		const char *text, *part;
	} wrong[] = {
		{"hello\n", "line 1: not a JSON object"},
		{"{} {}\n", "line 1: not a JSON object"},
		{"{\"record\":\"step\"}\n", "the first record is not a plan"},
		{"{\"record\":\"plan\",\"at\":\"yesterday\"}\n", "\"at\" is not a time"},
		{"{\"record\":\"plan\",\"at\":\"2026-01-01T00:00:00Z\",\"version\":9}\n", "another version"},
		{"{\"record\":\"plan\",\"at\":\"2026-01-01T00:00:00Z\",\"version\":1,\"id\":7}\n", "\"id\" is missing"},
		{"", "it contains no plan"},
		{"{\"record\":\"pl", "it contains no plan"},
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err err = {0};
		assert_null(ops_history_plan_parse(wrong[i].text, strlen(wrong[i].text), &err));
		assert_contains(err.text, wrong[i].part);
	}
	struct desk *desk = *state;
	struct err err = {0};
	assert_null(ops_resume_plan(desk->rig->ops, "../../etc/passwd", NULL, NULL, &err));
	assert_contains(err.text, "is not a plan ID");
}

static void a_plan_is_not_resumed_on_another_cluster(void **state)
{
	struct desk *desk = *state;
	CLEANUP(free) char *id = start_scaling(desk);
	desk->rig->api.uid = "u-9";
	kill_engine(desk);
	desk_resume(desk, id);
	assert_int_equal(desk->rig->plan->severity, OPS_BLOCKED);
	assert_true(rig_says(desk->rig, OPS_BLOCKS, "made for another cluster: https://api.example:6443"));
}

static void a_right_lost_in_the_middle_is_named_and_the_plan_goes_on_later(void **state)
{
	struct desk *desk = *state;
	rig_prepare(desk->rig, "scale", KAFKA, "4");
	desk->rig->api.patch_faults[0].code = ERR_FORBIDDEN;
	rig_run(desk->rig);
	rig_pass(desk->rig, 1000);
	assert_int_equal(desk->rig->plan->state, OPS_STATE_FAILED);
	CLEANUP(free) char *id = mem_strdup(desk->rig->plan->id);
	assert_state(desk, id, OPS_HISTORY_FAILED);
	desk->rig->api.denied = "patch";
	kill_engine(desk);
	desk_resume(desk, id);
	assert_true(rig_says(desk->rig, OPS_BLOCKS, "permission denied: patch on statefulsets/scale"));
	desk->rig->api.denied = NULL;
	kill_engine(desk);
	desk_resume(desk, id);
	rig_run(desk->rig);
	rig_pass(desk->rig, 1000);
	let_it_finish(desk);
	assert_int_equal(desk->rig->plan->state, OPS_STATE_DONE);
}

static void a_plan_is_taken_back_once(void **state)
{
	struct desk *desk = *state;
	struct err err = {0};
	rig_prepare(desk->rig, "cordon", "node-1", NULL);
	rig_run(desk->rig);
	rig_pass(desk->rig, 1000);
	desk->rig->world.nodes[0].cordoned = true;
	rig_pass(desk->rig, 2000);
	assert_int_equal(desk->rig->plan->state, OPS_STATE_DONE);
	CLEANUP(free) char *id = mem_strdup(desk->rig->plan->id);
	kill_engine(desk);
	assert_null(ops_resume_plan(desk->rig->ops, id, NULL, NULL, &err));
	assert_contains(err.text, "nothing to resume or abandon");

	desk->rig->plan = ops_roll_back(desk->rig->ops, id, NULL, NULL, &err);
	assert_non_null(desk->rig->plan);
	rig_pass(desk->rig, 200);
	assert_string_equal(desk->rig->plan->title, "Uncordon node-1");
	rig_run(desk->rig);
	rig_pass(desk->rig, 100);
	desk->rig->world.nodes[0].cordoned = false;
	rig_pass(desk->rig, 2000);
	assert_int_equal(desk->rig->plan->state, OPS_STATE_DONE);
	CLEANUP(free) char *second = mem_strdup(desk->rig->plan->id);
	assert_string_not_equal(second, id);
	assert_null(ops_roll_back(desk->rig->ops, id, NULL, NULL, &err));
	assert_contains(err.text, "was rolled back by plan");
	CLEANUP(ops_history_finish) struct ops_history pasts = read_all(desk);
	assert_int_equal(pasts.count, 2);
	for (size_t i = 0; i < 2; i++) {
		bool first = str_eq(pasts.items[i].id, id);
		assert_string_equal(first ? pasts.items[i].rolled_back_by : pasts.items[i].rolls_back,
				    first ? second : id);
	}
}

static void without_a_journal_nothing_is_begun(void **state)
{
	struct desk *desk = *state;
	struct err err = {0};
	char file[96];
	snprintf(file, sizeof file, "%s/state", desk->root);
	fclose(fopen(file, "w")); /* where a folder should be */
	rig_prepare(desk->rig, "scale", KAFKA, "4");
	assert_false(ops_run(desk->rig->plan, NULL, NULL, &err));
	assert_contains(err.text, "cannot create");
	rig_pass(desk->rig, 1000);
	assert_int_equal(desk->rig->api.patches, 0);
	unlink(file);
}

static void a_whole_plan_can_be_read(void **state)
{
	struct desk *desk = *state;
	struct err err = {0};
	CLEANUP(free) char *id = start_scaling(desk);
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = ops_read_plan(desk->dir, id, &err);
	assert_non_null(plan);
	assert_int_equal(plan->state, OPS_STATE_RUNNING);
	assert_int_equal(plan->step_count, 3);
	assert_int_equal(plan->steps[0].state, OPS_STEP_DONE);
	assert_string_equal(ops_fact(plan, "replicas"), "4");
	ops_cancel(plan); /* not ours to stop */
	ops_pause(plan);
	ops_resume(plan);
	assert_int_equal(plan->state, OPS_STATE_RUNNING);
}

static void what_a_plan_was_said_to_mean_is_kept(void **state)
{
	struct desk *desk = *state;
	struct err err = {0};
	CLEANUP(free) char *id = start_scaling(desk);
	CLEANUP(ops_plan_destroy) struct ops_plan *plan = ops_read_plan(desk->dir, id, &err);
	assert_int_equal(plan->severity, desk->rig->plan->severity);
	assert_int_equal(plan->sentence_count, desk->rig->plan->sentence_count);
	for (size_t i = 0; i < plan->sentence_count; i++)
		assert_string_equal(plan->sentences[i].text, desk->rig->plan->sentences[i].text);
	/* Taken up again, it is asked for what it means now. */
	kill_engine(desk);
	desk_resume(desk, id);
	assert_true(rig_says(desk->rig, OPS_CHANGES, "resumes at step 2 of 3"));
	for (size_t i = 1; i < desk->rig->plan->sentence_count; i++)
		assert_string_not_equal(desk->rig->plan->sentences[i - 1].text, desk->rig->plan->sentences[i].text);
}

static void only_what_changed_is_read_again(void **state)
{
	struct desk *desk = *state;
	struct err err = {0};
	CLEANUP(free) char *id = start_scaling(desk);
	CLEANUP(ops_history_finish) struct ops_history pasts = read_all(desk);
	const struct ops_history_plan *first = pasts.read[0];
	assert_true(ops_history_read(desk->dir, &pasts, 0, &err));
	assert_ptr_equal(pasts.read[0], first);
	/* Whoever had it is gone without a word. */
	kill_engine(desk);
	assert_true(ops_history_read(desk->dir, &pasts, 0, &err));
	assert_ptr_equal(pasts.read[0], first);
	assert_int_equal(pasts.items[0].state, OPS_HISTORY_INTERRUPTED);
	desk_resume(desk, id);
	rig_run(desk->rig);
	assert_true(ops_history_read_one(desk->dir, id, &pasts, &err));
	assert_ptr_not_equal(pasts.read[0], first);
	assert_int_equal(pasts.items[0].state, OPS_HISTORY_RUNNING);
	assert_string_equal(pasts.items[0].who, "ben@ops2");
	assert_false(ops_history_read_one(desk->dir, "2026-00", &pasts, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(pasts.count, 0);
}

static void what_can_be_done_with_a_plan_is_told_with_the_reason(void **state)
{
	struct desk *desk = *state;
	static const struct {
		struct ops_history_entry entry;
		const char *no_going_on, *no_way_back; /* NULL: it can */
	} table[] = {
		{{.state = OPS_HISTORY_INTERRUPTED, .operation = "scale"}, NULL, NULL},
		{{.state = OPS_HISTORY_FAILED, .operation = "roll"}, NULL, "\"roll\" cannot be rolled back"},
		{{.state = OPS_HISTORY_CANCELLED, .operation = "dig"}, NULL, "\"dig\" cannot be rolled back"},
		{{.state = OPS_HISTORY_RUNNING, .operation = "scale"}, "is still running", "is still running"},
		{{.state = OPS_HISTORY_PAUSED, .operation = "scale"}, "is still running", "is still running"},
		{{.state = OPS_HISTORY_DONE, .operation = "scale"}, "nothing to resume or abandon", NULL},
		{{.state = OPS_HISTORY_ABANDONED, .operation = "scale"}, "nothing to resume or abandon", NULL},
		{{.state = OPS_HISTORY_FAILED, .operation = "scale", .rolled_back_by = "2"}, "by plan 2", "by plan 2"},
		{{.state = OPS_HISTORY_UNREADABLE, .err = {ERR_PARSE, "line 1"}}, "line 1", "line 1"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct ops_history_entry entry = table[i].entry;
		struct err err = {0};
		entry.id = "1";
		assert_int_equal(ops_may_resume(&entry, &err), !table[i].no_going_on);
		if (table[i].no_going_on)
			assert_contains(err.text, table[i].no_going_on);
		assert_int_equal(ops_may_roll_back(&entry, &err), !table[i].no_way_back);
		if (table[i].no_way_back)
			assert_contains(err.text, table[i].no_way_back);
	}
	assert_true(
		ops_was_run_here(desk->rig->ops, &(struct ops_history_entry){.cluster = "https://api.example:6443"}));
	assert_false(
		ops_was_run_here(desk->rig->ops, &(struct ops_history_entry){.cluster = "https://api.example:6444"}));
}

static void only_so_many_ended_plans_are_kept(void **state)
{
	struct desk *desk = *state;
	struct err err = {0};
	CLEANUP(free) char *first = start_scaling(desk);
	kill_engine(desk); /* interrupted: it is kept however old it is */
	assert_true(ops_journal_dir_make(desk->dir, &err));
	for (int i = 0; i < 205; i++) {
		char path[160];
		snprintf(path, sizeof path, "%s/19690101-%06d-00.jsonl", desk->dir, i);
		FILE *file = fopen(path, "w");
		fprintf(file,
			"{\"record\":\"plan\",\"at\":\"2026-01-01T00:00:00Z\",\"version\":1,\"id\":\"19690101-%06d-"
			"00\","
			"\"operation\":\"cordon\",\"target\":\"n\",\"title\":\"t\",\"by\":\"x\",\"steps\":[{"
			"\"type\":"
			"\"a\","
			"\"title\":\"b\"}]}\n{\"record\":\"state\",\"at\":\"2026-01-01T00:00:00Z\",\"state\":"
			"\"done\"}"
			"\n",
			i);
		fclose(file);
	}
	rig_prepare(desk->rig, "cordon", "node-1", NULL);
	rig_run(desk->rig);
	CLEANUP(ops_history_finish) struct ops_history pasts = {0};
	/* In slices, the newest first. */
	assert_true(ops_history_read(desk->dir, &pasts, 1, &err));
	assert_int_equal(pasts.count, 1);
	while (pasts.more)
		assert_true(ops_history_read(desk->dir, &pasts, 20000, &err));
	assert_int_equal(pasts.count, 201);
	assert_string_equal(pasts.items[200].id, "19690101-000006-00");
	assert_state(desk, first, OPS_HISTORY_INTERRUPTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_journal_is_private_and_holds_no_secret),
		TEST(the_list_tells_who_lives),
		TEST(another_process_goes_on_where_it_stopped),
		TEST(a_change_whose_end_was_not_written_is_not_made_twice),
		TEST(a_torn_last_line_is_cut_off),
		TEST(what_is_not_a_journal_is_named),
		TEST(a_plan_is_not_resumed_on_another_cluster),
		TEST(a_right_lost_in_the_middle_is_named_and_the_plan_goes_on_later),
		TEST(a_plan_is_taken_back_once),
		TEST(without_a_journal_nothing_is_begun),
		TEST(a_whole_plan_can_be_read),
		TEST(what_a_plan_was_said_to_mean_is_kept),
		TEST(only_what_changed_is_read_again),
		TEST(what_can_be_done_with_a_plan_is_told_with_the_reason),
		TEST(only_so_many_ended_plans_are_kept),
	};
	return cmocka_run_group_tests_name("ops/journal", tests, NULL, NULL);
}
