/* Whatever a disk, a crash or a person makes of a journal: the plan can be resumed, no step is believed that was not begun,
 * and what is lost is said. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/str.h"
#include "api/ops/journal/journal.h"
#include "api/ops/journal/journal_dir.h"
#include "api/ops/plan/plan.h"
#include "tests/unit/ops/rig.h"

enum { STEPS = 4, TEXT_MAX = 16384, LINES_MAX = 32, PLAN_LINES = 2 };

static const struct ops_operation digging = {.name = "dig"};
static const struct ops_step_type shovel = {.name = "shovel"};

struct files {
	char dir[64], path[160];
	struct ops_plan plan;
	struct ops_journal *journal;
	char text[TEXT_MAX]; /* of the journal after three steps of four, each with a fact of its own */
	size_t len;
	char *lines[LINES_MAX];
	size_t line_count;
};

static void read_text(struct files *files)
{
	int fd = open(files->path, O_RDONLY);
	ssize_t len = read(fd, files->text, sizeof files->text - 1);
	assert_true(len > 0);
	close(fd);
	files->text[files->len = (size_t)len] = '\0';
}

static void do_step(struct files *files, size_t index)
{
	struct err err = {0};
	char name[16];
	snprintf(name, sizeof name, "hole.%zu", index);
	files->plan.steps[index].state = OPS_STEP_RUNNING;
	ops_set_fact(&files->plan, name, "%zu cm", index * 10);
	if (!ops_journal_step(files->journal, &files->plan, index, 2000 + (int64_t)index, &err))
		fail_msg("%s", err.text);
	files->plan.steps[index].state = OPS_STEP_DONE;
	assert_true(ops_journal_step(files->journal, &files->plan, index, 3000 + (int64_t)index, &err));
}

static int setup(void **state)
{
	struct files *files = mem_alloc(sizeof *files);
	struct err err = {0};
	struct ops_journal_place place = {.server = "https://api", .uid = "u"};
	snprintf(files->dir, sizeof files->dir, "/tmp/mqdeck-damage-XXXXXX");
	assert_non_null(mkdtemp(files->dir));
	files->plan.operation = &digging;
	files->plan.target = mem_strdup("garden");
	ops_set_title(&files->plan, "Dig the garden");
	for (int i = 0; i < STEPS; i++)
		ops_add_step(&files->plan, &shovel, "hole %d, then the next", i);
	ops_set_fact(&files->plan, "depth", "deep");
	files->journal = ops_journal_create(files->dir, &files->plan, &place, "ann@ops1", 1000, &err);
	if (!files->journal)
		fail_msg("%s", err.text);
	snprintf(files->path, sizeof files->path, "%s/%s.jsonl", files->dir, files->plan.id);
	for (size_t i = 0; i < STEPS - 1; i++)
		do_step(files, i);
	read_text(files);
	char *at = files->text;
	for (char *stop; (stop = strchr(at, '\n')); at = stop + 1)
		files->lines[files->line_count++] = mem_strndup(at, (size_t)(stop - at) + 1);
	*state = files;
	return 0;
}

static int teardown(void **state)
{
	struct files *files = *state;
	ops_journal_close(files->journal);
	unlink(files->path);
	rmdir(files->dir);
	for (size_t i = 0; i < files->line_count; i++)
		free(files->lines[i]);
	for (size_t i = 0; i < files->plan.step_count; i++)
		free(files->plan.steps[i].title);
	for (size_t i = 0; i < files->plan.fact_count; i++) {
		free(files->plan.facts[i].name);
		free(files->plan.facts[i].value);
	}
	free(files->plan.steps);
	free(files->plan.facts);
	free(files->plan.id);
	free(files->plan.target);
	free(files->plan.title);
	free(files);
	return 0;
}

static struct ops_history_plan *damage_parse(const char *text, size_t len)
{
	struct err err = {0};
	struct ops_history_plan *plan = ops_history_plan_parse(text, len, &err);
	if (!plan)
		fail_msg("%s", err.text);
	return plan;
}

static const char *fact_of(const struct ops_history_plan *plan, const char *name)
{
	vec_each (&plan->facts, it)
		if (str_eq(it->name, name))
			return it->value;
	return NULL;
}

/* All that was there before the last line, or more. */
static void assert_no_less(const struct ops_history_plan *plan)
{
	assert_string_equal(plan->head.title, "Dig the garden");
	assert_string_equal(plan->cluster_uid, "u");
	assert_int_equal(plan->steps.len, STEPS);
	assert_in_range(plan->head.step, STEPS - 2, STEPS - 1);
	for (size_t i = 0; i < STEPS - 2; i++)
		assert_int_equal(plan->steps.items[i].state, OPS_STEP_DONE);
	assert_string_equal(fact_of(plan, "depth"), "deep");
	for (size_t i = 0; i < STEPS - 1; i++) {
		char name[16], value[16];
		snprintf(name, sizeof name, "hole.%zu", i);
		snprintf(value, sizeof value, "%zu cm", i * 10);
		assert_string_equal(fact_of(plan, name), value);
	}
	assert_int_equal(plan->steps.items[STEPS - 1].state, OPS_STEP_WAITING);
}

static void any_byte_may_be_damaged(void **state)
{
	const struct files *files = *state;
	for (size_t i = 0; i < files->len; i++) {
		/* A bit, the sign bit, a hole, a line break; line breaks become letters. */
		const char wrong[] = {files->text[i] ^ 1, files->text[i] ^ 0x80, '\0', '\n', 'x'};
		for (size_t j = 0; j < ARRAY_LEN(wrong); j++) {
			char text[TEXT_MAX];
			memcpy(text, files->text, files->len);
			text[i] = wrong[j];
			CLEANUP(ops_history_plan_destroy)
			struct ops_history_plan *plan = damage_parse(text, files->len);
			assert_no_less(plan);
			bool in_plan = i < strlen(files->lines[0]) + strlen(files->lines[1]);
			bool only_break = files->text[i] == '\n' || wrong[j] == files->text[i];
			if (!in_plan && !only_break) /* the plan stands twice */
				assert_contains(plan->head.lost,
						plan->whole < files->len ? "torn" : "is damaged at line");
			else
				assert_true(!plan->head.lost || i + 1 == files->len);
		}
	}
}

static void it_may_be_cut_anywhere_behind_the_plan(void **state)
{
	const struct files *files = *state;
	struct err err = {0};
	size_t begin = strlen(files->lines[0]);
	for (size_t len = 0; len < begin - 1; len++) {
		err_clear(&err);
		assert_null(ops_history_plan_parse(files->text, len, &err));
		assert_true(err_is_set(&err));
	}
	for (size_t len = begin - 1; len <= files->len; len++) {
		size_t at = 0, told = 0;
		for (size_t line = 0; line < files->line_count; line++) {
			at += strlen(files->lines[line]);
			/* A record counts without its line break, too. */
			told += line >= PLAN_LINES && at - 1 <= len;
		}
		CLEANUP(ops_history_plan_destroy) struct ops_history_plan *plan = damage_parse(files->text, len);
		assert_int_equal(plan->head.step, told / 2);
		assert_false(plan->damaged);
		assert_int_equal(plan->head.lost != NULL, plan->whole < len);
	}
}

/* order: indexes of lines, -1 at its end. */
static struct ops_history_plan *parse_lines(const struct files *files, const int *order)
{
	struct buf text = BUF_INIT(2 * TEXT_MAX);
	for (; *order >= 0; order++)
		buf_append_str(&text, files->lines[*order]);
	struct ops_history_plan *plan = damage_parse(buf_str(&text), text.len);
	buf_finish(&text);
	return plan;
}

static void order_and_repetition_do_not_matter(void **state)
{
	static const int orders[][20] = {{7, 6, 5, 4, 3, 2, 1, 0, -1},
					 {0, 1, 2, 2, 3, 3, 4, 5, 6, 7, 2, 3, -1},
					 {2, 0, 4, 3, 1, 7, 6, 5, -1},
					 {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, -1}};
	const struct files *files = *state;
	assert_int_equal(files->line_count, 8);
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		CLEANUP(ops_history_plan_destroy) struct ops_history_plan *plan = parse_lines(files, orders[i]);
		assert_no_less(plan);
		assert_int_equal(plan->head.step, STEPS - 1);
		assert_null(plan->head.lost);
	}
}

static void lines_that_are_gone_are_counted(void **state)
{
	CLEANUP(ops_history_plan_destroy)
	struct ops_history_plan *one = parse_lines(*state, (int[]){0, 1, 2, 4, 5, 6, 7, -1});
	assert_no_less(one);
	assert_contains(one->head.lost, "is damaged: 1 record is lost");
	assert_contains(one->steps.items[0].result, "a later step was begun");
	CLEANUP(ops_history_plan_destroy)
	struct ops_history_plan *two = parse_lines(*state, (int[]){1, 2, 5, 6, 7, -1});
	assert_contains(two->head.lost, "is damaged: 2 records are lost");
	assert_int_equal(two->head.step, STEPS - 1);
}

static void a_step_is_not_believed_without_a_record(void **state)
{
	CLEANUP(ops_history_plan_destroy)
	struct ops_history_plan *plan = parse_lines(*state, (int[]){0, 2, 4, -1});
	assert_int_equal(plan->steps.items[0].state, OPS_STEP_DONE);
	assert_int_equal(plan->steps.items[1].state, OPS_STEP_RUNNING);
	assert_int_equal(plan->steps.items[2].state, OPS_STEP_WAITING);
	assert_int_equal(plan->head.step, 1);
}

#define OLD_PLAN                                                                                                       \
	"{\"record\":\"plan\",\"at\":\"2026-01-01T00:00:00Z\",\"version\":1,\"id\":\"1\",\"operation\":\"dig\","       \
	"\"target\":\"n\",\"title\":\"t\",\"by\":\"x\",\"steps\":[{\"type\":\"a\",\"title\":\"b\"},"                   \
	"{\"type\":\"a\",\"title\":\"c\"}]}\n"
#define OLD_STEP(number, state)                                                                                        \
	"{\"record\":\"step\",\"at\":\"2026-01-01T00:00:01Z\",\"step\":" number ",\"state\":\"" state "\"}\n"

static void journals_without_checksums_are_read(void **state)
{
	static const struct {
		const char *text;
		size_t step;
		const char *lost;
	} table[] = {
		{OLD_PLAN OLD_STEP("0", "running") OLD_STEP("0", "done"), 1, NULL},
		{OLD_PLAN OLD_STEP("0", "running") "{\"record\":\"st", 0, "torn"},
		{OLD_PLAN "garbage\n" OLD_STEP("0", "done"), 1, "at line 2: 1 record is lost"},
		{OLD_PLAN OLD_STEP("0", "running") OLD_STEP("77", "done") OLD_STEP("1", "running"), 1,
		 "at line 3: 1 record is lost"},
		{OLD_PLAN OLD_PLAN, 0, "at line 2"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		CLEANUP(ops_history_plan_destroy)
		struct ops_history_plan *plan = damage_parse(table[i].text, strlen(table[i].text));
		assert_int_equal(plan->head.step, table[i].step);
		if (table[i].lost)
			assert_contains(plan->head.lost, table[i].lost);
		else
			assert_null(plan->head.lost);
	}
}

static void without_its_plan_it_is_unreadable_and_listed(void **state)
{
	struct files *files = *state;
	struct err err = {0};
	CLEANUP(ops_history_finish) struct ops_history list = {0};
	int fd = open(files->path, O_WRONLY);
	size_t len = strlen(files->lines[0]) + strlen(files->lines[1]);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(pwrite(fd, "\0", 1, (off_t)i), 1);
	close(fd);
	assert_true(ops_history_read(files->dir, &list, 0, &err));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.items[0].state, OPS_HISTORY_UNREADABLE);
	assert_contains(list.items[0].err.text, "the first record is not a plan");
}

/* ---- writing ---- */

static void limit_size(off_t size)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size < 0 ? limit.rlim_max : (rlim_t)size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void what_does_not_fit_on_the_disk_is_taken_back(void **state)
{
	struct files *files = *state;
	struct err err = {0};
	signal(SIGXFSZ, SIG_IGN);
	size_t len = files->len;
	ops_set_fact(&files->plan, "found", "a root");
	limit_size((off_t)len + 30); /* a part of the record */
	assert_false(ops_journal_step(files->journal, &files->plan, 3, 4000, &err));
	limit_size(-1);
	assert_contains(err.text, "cannot write the journal");
	read_text(files);
	assert_int_equal(files->len, len);
	/* There is room again: nothing is missing, nor is its number. */
	assert_true(ops_journal_step(files->journal, &files->plan, 3, 4000, &err));
	read_text(files);
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *plan = damage_parse(files->text, files->len);
	assert_null(plan->head.lost);
	assert_string_equal(fact_of(plan, "found"), "a root");
}

static void a_torn_journal_is_gone_on_with(void **state)
{
	struct files *files = *state;
	struct err err = {0};
	ops_journal_close(files->journal);
	files->journal = NULL;
	static const int cuts[] = {9, 1}; /* within the last record; its line break alone */
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		CLEANUP(ops_history_plan_destroy) struct ops_history_plan *past = NULL;
		assert_int_equal(truncate(files->path, (off_t)files->len - cuts[i]), 0);
		files->journal = ops_journal_open(files->dir, files->plan.id, &past, &err);
		assert_non_null(files->journal);
		do_step(files, STEPS - 1);
		ops_journal_close(files->journal);
		files->journal = NULL;
		read_text(files);
		CLEANUP(ops_history_plan_destroy)
		struct ops_history_plan *plan = damage_parse(files->text, files->len);
		assert_null(plan->head.lost);
		assert_int_equal(plan->head.step, STEPS);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_byte_may_be_damaged),
		TEST(it_may_be_cut_anywhere_behind_the_plan),
		TEST(order_and_repetition_do_not_matter),
		TEST(lines_that_are_gone_are_counted),
		TEST(a_step_is_not_believed_without_a_record),
		TEST(journals_without_checksums_are_read),
		TEST(without_its_plan_it_is_unreadable_and_listed),
		TEST(what_does_not_fit_on_the_disk_is_taken_back),
		TEST(a_torn_journal_is_gone_on_with),
	};
	return cmocka_run_group_tests_name("ops/journal_damage", tests, NULL, NULL);
}
