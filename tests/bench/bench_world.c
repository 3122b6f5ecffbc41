/* What the world costs by the number of broker clusters, without any network: one update when every record has changed,
 * when one pod has, when nothing has, and the rows of three sheets in order; how much more a cluster costs among 2,000
 * than among 1,000, and two clusters beside other pods than alone. Build with -Dbuildtype=release. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/mem.h"
#include "tests/bench/broker_sets.h"
#include "tests/bench/figures.h"
#include "tests/unit/model/fixture.h"
#include "views/sheets/sheet.h"

enum { ROUNDS = 5, OTHER_PODS = 20000 };

/* ---- allocations: the program is linked with these in place of the C library's ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);

static size_t allocations;

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	allocations++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
	allocations++;
	return __real_realloc(block, size);
}

char *__wrap_strdup(const char *text)
{
	allocations++;
	return __real_strdup(text);
}

/* ---- the work ---- */

struct case_world {
	struct fixture f;
	struct broker_sets sets;
	size_t round;
	struct sheet_rows rows;
};

static void change_all(struct case_world *it)
{
	broker_sets_change_all(&it->sets);
}

static void change_pod(struct case_world *it)
{
	broker_sets_change_pod(&it->sets, it->round % it->sets.clusters);
}

static void change_nothing(struct case_world *it)
{
}

static void join(struct case_world *it)
{
	world_mark_dirty(it->f.world);
	world_update(it->f.world);
}

static void list(struct case_world *it, const struct sheet *sheet)
{
	struct sheet_scope everything = {0};
	struct sheet_row row;
	sheet_rows_clear(&it->rows);
	sheet_rows_collect(&it->rows, sheet, &it->f.world->view, &everything, SHEET_WORST_FIRST, 0);
	for (size_t i = 0; i < it->rows.positions.len; i++)
		sheet_rows_fill(&it->rows, i, &row);
}

static void list_clusters(struct case_world *it)
{
	list(it, &sheet_clusters);
}

static void list_brokers(struct case_world *it)
{
	list(it, &sheet_brokers);
}

static void list_pods(struct case_world *it)
{
	list(it, &sheet_pods);
}

static const struct work {
	const char *what;
	void (*prepare)(struct case_world *it);
	void (*run)(struct case_world *it);
} works[] = {
	{"update-all-changed", change_all, join},           {"update-one-pod-changed", change_pod, join},
	{"update-nothing-changed", change_nothing, join},   {"sheet-of-clusters", change_nothing, list_clusters},
	{"sheet-of-brokers", change_nothing, list_brokers}, {"sheet-of-pods", change_nothing, list_pods},
};

enum { WORKS = ARRAY_LEN(works) };

struct cost {
	double ms;
	size_t allocations;
};

static struct cost measure(struct case_world *it, const struct work *work)
{
	double times[ROUNDS];
	struct cost cost = {0};
	for (it->round = 0; it->round < ROUNDS; it->round++) {
		work->prepare(it);
		size_t before = allocations;
		double start = times_ms(CLOCK_PROCESS_CPUTIME_ID);
		work->run(it);
		times[it->round] = times_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
		cost.allocations = allocations - before;
	}
	times_sort(times, ROUNDS);
	cost.ms = times[ROUNDS / 2];
	return cost;
}

static void run_case(size_t clusters, size_t per_namespace, size_t others, struct cost *costs)
{
	struct case_world it = {0};
	fixture_start(&it.f);
	it.sets =
		(struct broker_sets){.store = &it.f.world->store, .clusters = clusters, .per_namespace = per_namespace};
	broker_sets_put(&it.sets);
	broker_sets_put_others(&it.sets, others);
	fixture_update(&it.f);
	for (size_t i = 0; i < WORKS; i++)
		costs[i] = measure(&it, &works[i]);
	sheet_rows_finish(&it.rows);
	fixture_finish(&it.f);
	broker_sets_finish(&it.sets);
}

static void print_case(const char *title, const struct cost *costs)
{
	for (size_t i = 0; i < WORKS; i++) {
		figure_print(costs[i].ms, "ms", "%s/%s", works[i].what, title);
		figure_print((double)costs[i].allocations, "allocations", "%s/%s/allocations", works[i].what, title);
	}
}

static void print_ratio(const char *title, const struct cost *costs, const struct cost *of, double divisor)
{
	for (size_t i = 0; i < WORKS; i++)
		figure_print(costs[i].ms / of[i].ms / divisor, "x", "%s/%s", works[i].what, title);
}

static void run_sizes(const char *how, size_t per_namespace)
{
	static const size_t sizes[] = {10, 100, 1000, 2000};
	struct cost costs[ARRAY_LEN(sizes)][WORKS];
	char title[64];
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		run_case(sizes[i], per_namespace, 0, costs[i]);
		snprintf(title, sizeof title, "%s/%zu", how, sizes[i]);
		print_case(title, costs[i]);
	}
	snprintf(title, sizeof title, "%s/a-cluster-of-2000-to-1000", how);
	print_ratio(title, costs[3], costs[2], 2);
}

int main(void)
{
	struct cost alone[WORKS], among[WORKS];
	run_sizes("four-a-namespace", 4);
	run_sizes("one-namespace", SIZE_MAX);
	run_case(2, 4, 0, alone);
	print_case("alone/2", alone);
	run_case(2, 4, OTHER_PODS, among);
	print_case("beside-20000-pods/2", among);
	print_ratio("beside-20000-pods/to-alone", among, alone, 1);
	return 0;
}
