/* The deck of more clusters than fit: sums, the list, and below it what is known of the one under the cursor. Only the
 * lines that are seen are put together. */
#include <stdio.h>

#include "api/base/str.h"
#include "views/screens/deck_private.h"

enum {
	LIST_NAME_X = 11, /* behind sign and kind */
	LIST_NAMES_MIN = 12,
	PANE_LEAST = 8,        /* lines with the rule above it: what is wrong, what follows, three brokers */
	PANE_ROOMY = 12,       /* from then on nothing of that is cut short */
	PANE_FROM_HEIGHT = 16, /* lower screens are all list */
};

/* ---- sums ---- */

enum { SUMS_MAX = 5, SUM_TEXT_MAX = 96 };

struct list_sum {
	style_t style;
	char text[SUM_TEXT_MAX];
};

static style_t under_style(const struct deck_sums *sums)
{
	return sums->under_replicated < 0 ? STYLE_UNKNOWN : sums->under_replicated ? STYLE_WARN : STYLE_TEXT;
}

/* brief: where the line is short. */
static size_t sum_texts(const struct deck *deck, const struct world_view *world, bool brief,
			struct list_sum out[static SUMS_MAX])
{
	const struct deck_sums *sums = &deck->sums;
	const char *under = brief ? "under" : "under-replicated";
	size_t count = 0;
	out[count].style = STYLE_TEXT | STYLE_BOLD;
	if (deck->pattern)
		snprintf(out[count++].text, SUM_TEXT_MAX, "%zu of %zu clusters </%.30s>", deck->shown.len,
			 world->cluster_count, deck->filter);
	else
		snprintf(out[count++].text, SUM_TEXT_MAX, "%zu clusters", world->cluster_count);
	out[count].style = STYLE_TEXT;
	snprintf(out[count++].text, SUM_TEXT_MAX, "%zu broker%s", sums->brokers, sums->brokers == 1 ? "" : "s");
	out[count].style = sums->unwell ? severity_style(sums->worst) : STYLE_TEXT;
	snprintf(out[count++].text, SUM_TEXT_MAX, "%zu not well", sums->unwell);
	if (sums->unknown) {
		out[count].style = STYLE_UNKNOWN;
		snprintf(out[count++].text, SUM_TEXT_MAX, "%zu unknown", sums->unknown);
	}
	out[count].style = under_style(sums);
	if (sums->under_replicated < 0)
		snprintf(out[count++].text, SUM_TEXT_MAX, "? %s", under);
	else
		snprintf(out[count++].text, SUM_TEXT_MAX, "%lld%s %s", (long long)sums->under_replicated,
			 sums->more ? "+" : "", under);
	return count;
}

static int sums_width(const struct list_sum *sums, size_t count)
{
	int width = 1;
	for (size_t i = 0; i < count; i++)
		width += canvas_text_width(sums[i].text) + 2;
	return width;
}

/* How many there are, and which of them are seen. */
static void draw_sums(const struct deck *deck, struct canvas *canvas, int y, int width, const struct world_view *world)
{
	struct list_sum sums[SUMS_MAX];
	char lines[64] = "";
	size_t last = deck->top + (size_t)deck->list.height;
	last = last < deck->rows.len ? last : deck->rows.len;
	if (deck->shown.len)
		snprintf(lines, sizeof lines, "%zu-%zu of %zu", deck->top + 1, last, deck->rows.len);
	int taken = canvas_text_width(lines), x = 1;
	size_t count = sum_texts(deck, world, false, sums);
	if (sums_width(sums, count) + taken > width)
		count = sum_texts(deck, world, true, sums);
	count = deck->shown.len ? count : 1;
	for (size_t i = 0; i < count; i++) {
		int room = width - x - taken - 1;
		if (i && canvas_text_width(sums[i].text) > room)
			break;
		x += canvas_put(canvas, y, x, room > 0 ? room : 0, sums[i].style, sums[i].text) + 2;
	}
	canvas_put(canvas, y, width - taken - 1, taken, STYLE_DIM, lines);
}

/* ---- the list ---- */

static const char *list_sign(enum severity severity, bool ascii)
{
	const char *sign = severity_sign(severity, ascii);
	return *sign ? sign : "?";
}

static void list_name(const struct world_view *world, const struct world_cluster *cluster,
		      char out[static SELECTION_TEXT_MAX])
{
	snprintf(out, SELECTION_TEXT_MAX, "%s%s%s", world->namespace ? "" : cluster->namespace,
		 world->namespace ? "" : "/", cluster->name);
}

static void fold_sentence(const struct deck_fold *fold, char *out, size_t size)
{
	const char *words = fold->class == DECK_WELL ? "all well" : "not read yet";
	if (fold->clusters == fold->of)
		snprintf(out, size, "%zu clusters, %zu brokers, %s", fold->clusters, fold->brokers, words);
	else
		snprintf(out, size, "%zu of its %zu clusters, %zu brokers, %s", fold->clusters, fold->of, fold->brokers,
			 fold->class == DECK_WELL ? "well" : words);
}

static void draw_fold(struct canvas *canvas, int y, int x, int width, style_t on, const struct deck_fold *fold)
{
	char sentence[160];
	enum severity severity = fold->class == DECK_WELL ? SEV_OK : SEV_NONE;
	style_t style = severity == SEV_OK ? severity_style(severity) : STYLE_UNKNOWN;
	canvas_put(canvas, y, 1, 1, style | on, list_sign(severity, canvas->ascii));
	canvas_printf(canvas, y, 3, x - 4, STYLE_TEXT | STYLE_BOLD | on, "%c %s", fold->open ? '-' : '+',
		      fold->namespace);
	fold_sentence(fold, sentence, sizeof sentence);
	canvas_put_fit(canvas, y, x, width - x - 1, (severity == SEV_OK ? STYLE_TEXT : STYLE_UNKNOWN) | on, sentence);
}

static void draw_listed(struct canvas *canvas, int y, int x, int width, style_t on, const struct deck_row *row,
			const struct world_view *world)
{
	const struct world_cluster *cluster = row->cluster;
	char name[SELECTION_TEXT_MAX];
	bool unwell = cluster->severity >= SEV_WARN;
	canvas_put(canvas, y, 1, 1, severity_style(cluster->severity) | on,
		   list_sign(cluster->severity, canvas->ascii));
	canvas_put(canvas, y, row->inside ? 5 : 3, 6, STYLE_DIM | on,
		   cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbit");
	list_name(world, cluster, name);
	int name_x = LIST_NAME_X + (row->inside ? 2 : 0);
	canvas_put_fit(canvas, y, name_x, x - name_x - 2, STYLE_TEXT | STYLE_BOLD | on, name);
	canvas_put_fit(canvas, y, x, width - x - 1, (unwell ? severity_style(cluster->severity) : STYLE_TEXT) | on,
		       str_or(cluster->headline, "reading the brokers' state …"));
}

static void deck_draw_row(struct canvas *canvas, int y, int x, int width, const struct deck *deck, size_t at,
			  const struct world_view *world)
{
	const struct deck_row *row = &deck->rows.items[at];
	style_t on = at == deck->at ? STYLE_ON_CURSOR : 0;
	if (on)
		canvas_fill(canvas, (struct rect){y, 0, 1, width}, STYLE_CURSOR, ' ');
	if (row->kind == DECK_ROW_FOLD) {
		draw_fold(canvas, y, x, width, on, &deck->folds.items[row->fold]);
	} else if (row->kind == DECK_ROW_CLUSTER) {
		draw_listed(canvas, y, x, width, on, row, world);
	} else {
		canvas_put(canvas, y, 1, 1, severity_style(row->problem->severity) | on,
			   list_sign(row->problem->severity, canvas->ascii));
		canvas_put_fit(canvas, y, 3, width - 4, severity_style(row->problem->severity) | on,
			       row->problem->text);
	}
}

static void scroll_to_cursor(struct deck *deck)
{
	size_t height = deck->list.height > 0 ? (size_t)deck->list.height : 1;
	if (deck->top + height > deck->rows.len)
		deck->top = deck->rows.len > height ? deck->rows.len - height : 0;
	if (deck->at < deck->top)
		deck->top = deck->at;
	if (deck->at >= deck->top + height)
		deck->top = deck->at - height + 1;
}

/* Where the sentences begin: behind the widest name, which leaves them most of the line. */
static int list_sentence_x(const struct deck *deck, int width)
{
	int names = deck->name_width < LIST_NAMES_MIN ? LIST_NAMES_MIN : deck->name_width;
	int x = LIST_NAME_X + names + 4;
	return x > width * 2 / 5 ? width * 2 / 5 : x;
}

/* ---- what is under the cursor ---- */

static void draw_pane_fold(struct deck *deck, struct canvas *canvas, struct rect rect, const struct deck_fold *fold)
{
	char sentence[160];
	int x = 2, y = rect.y, bottom = rect.y + rect.height;
	fold_sentence(fold, sentence, sizeof sentence);
	canvas_printf(canvas, y++, x, rect.width - 4, STYLE_TEXT, "%s: %s; Enter %s", fold->namespace, sentence,
		      fold->open ? "folds them" : "shows each");
	for (size_t i = fold->first; i < fold->end && y < bottom; i++) {
		const struct world_cluster *cluster = deck->shown.items[i];
		int width = canvas_text_width(cluster->name);
		if (deck_class_of(cluster) != fold->class)
			continue;
		if (x > 2 && x + width + 2 > rect.width) {
			x = 2;
			if (++y == bottom)
				break;
		}
		x += canvas_put_fit(canvas, y, x, width < rect.width - 4 ? width : rect.width - 4, STYLE_DIM,
				    cluster->name);
		x += 2;
	}
}

static void draw_pane_cluster(struct deck *deck, struct canvas *canvas, struct rect rect,
			      const struct world_view *world, int64_t wall_ms, struct world_cluster *cluster)
{
	int y = rect.y, bottom = rect.y + rect.height, columns = rect.width - 4;
	bool unwell = cluster->severity >= SEV_WARN, roomy = rect.height >= PANE_ROOMY;
	y += canvas_put_wrapped(canvas, y, 2, columns, roomy ? 3 : 2,
				unwell ? severity_style(cluster->severity) : STYLE_TEXT,
				str_or(cluster->headline, "reading the brokers' state …"));
	if (cluster->detail)
		y += canvas_put_wrapped(canvas, y, 2, columns, roomy ? 2 : 1, STYLE_DIM, cluster->detail);
	struct world_view part = deck_part_of(deck, world, &cluster, 1);
	deck_draw_map(deck, canvas, (struct rect){y, 0, bottom - y, rect.width}, &part, wall_ms);
	vec_clear(&deck->spots); /* the list is where something is chosen */
}

static void deck_draw_pane(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world,
			   int64_t wall_ms)
{
	const struct deck_row *row = &deck->rows.items[deck->at];
	canvas_hline(canvas, rect.y, 0, rect.width, STYLE_BORDER);
	struct rect inner = {rect.y + 1, 0, rect.height - 1, rect.width};
	if (row->kind == DECK_ROW_CLUSTER) {
		draw_pane_cluster(deck, canvas, inner, world, wall_ms, row->cluster);
	} else if (row->kind == DECK_ROW_FOLD) {
		draw_pane_fold(deck, canvas, inner, &deck->folds.items[row->fold]);
	} else {
		int taken = canvas_put_wrapped(canvas, inner.y, 2, rect.width - 4, 3,
					       severity_style(row->problem->severity), row->problem->text);
		if (row->problem->detail)
			canvas_put_wrapped(canvas, inner.y + taken, 2, rect.width - 4, 2, STYLE_DIM,
					   row->problem->detail);
	}
}

void deck_draw_list(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world,
		    int64_t wall_ms)
{
	int room = rect.height - 1, pane = 0;
	if (rect.height >= PANE_FROM_HEIGHT)
		pane = rect.height / 3 > PANE_LEAST ? rect.height / 3 : PANE_LEAST;
	int height = room - pane;
	if (pane && (size_t)height > deck->rows.len)
		height = (int)deck->rows.len;
	deck->list = (struct rect){rect.y + 1, 0, height, rect.width};
	scroll_to_cursor(deck);
	draw_sums(deck, canvas, rect.y, rect.width, world);
	if (!deck->shown.len) {
		canvas_put_fit(canvas, rect.y + 2, 2, rect.width - 4, STYLE_DIM,
			       "nothing matches the filter; Esc clears it");
		return;
	}
	int x = list_sentence_x(deck, rect.width);
	for (int i = 0; i < height && deck->top + (size_t)i < deck->rows.len; i++)
		deck_draw_row(canvas, rect.y + 1 + i, x, rect.width, deck, deck->top + (size_t)i, world);
	if (pane)
		deck_draw_pane(deck, canvas, (struct rect){rect.y + 1 + height, 0, room - height, rect.width}, world,
			       wall_ms);
}
