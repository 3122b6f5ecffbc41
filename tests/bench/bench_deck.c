/* What the deck costs with few clusters and with many, of which a fiftieth is in trouble: bringing it up to date with the
 * world, one frame, and a key with its frame. Build with -Dbuildtype=release. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/mem.h"
#include "tests/bench/figures.h"
#include "tests/unit/views/many_clusters.h"
#include "views/screens/screens.h"

enum { ROUNDS = 101, HEIGHT = 48, WIDTH = 160 };

struct bench {
	struct many_clusters many;
	struct view view;
	struct canvas *canvas;
	int round;
};

static void do_update(struct bench *bench)
{
	if (bench->view.class->update)
		bench->view.class->update(&bench->view);
}

static void do_draw(struct bench *bench)
{
	canvas_clear(bench->canvas);
	bench->view.class->draw(&bench->view, bench->canvas, (struct rect){1, 0, HEIGHT - 2, WIDTH});
}

static void do_key(struct bench *bench)
{
	bench->view.class->act(&bench->view, bench->round % 20 < 10 ? ACTION_DOWN : ACTION_UP);
	do_draw(bench);
}

static void do_filter(struct bench *bench)
{
	static const char *const typed[] = {"k",      "ka", "kaf", "kafk", "kafka", "kafka-1", "kafka-1.*team",
					    "!kafka", ""};
	struct err err;
	if (bench->view.class->filter &&
	    !bench->view.class->filter(&bench->view, typed[bench->round % ARRAY_LEN(typed)], &err))
		abort();
	do_draw(bench);
}

static void measure(struct bench *bench, const char *what, void (*deed)(struct bench *bench))
{
	double times[ROUNDS];
	for (bench->round = 0; bench->round < ROUNDS; bench->round++) {
		double start = times_ms(CLOCK_MONOTONIC);
		deed(bench);
		times[bench->round] = times_ms(CLOCK_MONOTONIC) - start;
	}
	figure_print_times(times, ROUNDS, "%s/%zu", what, bench->many.view.cluster_count);
}

int main(void)
{
	static const size_t sizes[] = {4, 200, 2000, 10000};
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct bench bench = {.canvas = canvas_create(HEIGHT, WIDTH, false)};
		many_clusters_start(&bench.many, sizes[i]);
		for (size_t at = 0; at < sizes[i]; at += 50)
			many_clusters_say(&bench.many, bench.many.view.clusters[at], SEV_WARN,
					  "2 of 12 partitions under-replicated (audit/3 and audit/9): a broker is "
					  "catching up");
		many_clusters_sort(&bench.many);
		bench.view = (struct view){.class = &view_deck, .app = &bench.many.app};
		view_deck.open(&bench.view);
		measure(&bench, "update", do_update);
		measure(&bench, "draw", do_draw);
		measure(&bench, "key-and-draw", do_key);
		measure(&bench, "filter-letter", do_filter);
		view_deck.close(&bench.view);
		many_clusters_finish(&bench.many);
		canvas_destroy(bench.canvas);
	}
	return 0;
}
