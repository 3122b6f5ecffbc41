/* The upper part of the deck while all clusters fit: each in a sentence, the worst first. */
#include <stdio.h>

#include "api/base/str.h"
#include "views/screens/deck_private.h"

/* How the sentences of one frame are laid out. */
struct deck_sentences {
	int width, name_width; /* name_width: where they begin, 0 = each behind its name */
	bool dense;            /* room is short: only the worst cluster is explained */
	bool spaces;           /* namespaces tell them apart */
};

static const char *sentence_sign(const struct world_cluster *cluster, bool ascii)
{
	const char *sign = severity_sign(cluster->severity, ascii);
	return *sign ? sign : "?";
}

static const char *sentence_kind(const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbit";
}

static const char *sentence_text(const struct world_cluster *cluster)
{
	return str_or(cluster->headline, "reading the brokers' state …");
}

static bool sentences_are_namesakes(const struct world_view *world)
{
	for (size_t i = 0; i < world->cluster_count; i++)
		for (size_t j = i + 1; j < world->cluster_count; j++)
			if (world->clusters[i]->kind == world->clusters[j]->kind &&
			    str_eq(world->clusters[i]->name, world->clusters[j]->name))
				return true;
	return false;
}

static void sentence_name(const struct deck_sentences *it, const struct world_cluster *cluster,
			  char out[static SELECTION_TEXT_MAX])
{
	snprintf(out, SELECTION_TEXT_MAX, "%s%s%s", it->spaces ? cluster->namespace : "", it->spaces ? "/" : "",
		 cluster->name);
}

static struct deck_sentences sentences_for(const struct deck *deck, struct rect rect, const struct world_view *world)
{
	struct deck_sentences it = {.width = rect.width, .spaces = deck->one_of_many || sentences_are_namesakes(world)};
	size_t needed = world->cluster_count * 2;
	char name[SELECTION_TEXT_MAX];
	for (size_t i = 0; i < world->cluster_count; i++) {
		sentence_name(&it, world->clusters[i], name);
		int width = canvas_text_width(name) + 11;
		needed += world->clusters[i]->broker_count;
		it.name_width = width > it.name_width && width < rect.width / 3 ? width : it.name_width;
	}
	it.dense = needed + 3 > (size_t)rect.height;
	return it;
}

/* Behind sign, kind and name. */
static int sentence_x(const struct deck_sentences *it, const struct world_cluster *cluster)
{
	char name[SELECTION_TEXT_MAX];
	sentence_name(it, cluster, name);
	int named = canvas_text_width(sentence_kind(cluster)) + 1 + canvas_text_width(name);
	int x = 3 + (named < it->width / 3 ? named : it->width / 3);
	return x < it->name_width ? it->name_width : x + 1;
}

static int headline_rows(const struct deck_sentences *it, const struct world_cluster *cluster)
{
	return cluster->severity >= SEV_WARN ? 3 : it->dense ? 1 : 2;
}

static int detail_rows(const struct deck_sentences *it, const struct world_cluster *cluster, bool first)
{
	return cluster->detail && (!it->dense || first) ? 2 : 0;
}

static int sentence_rows(const struct deck_sentences *it, const struct world_cluster *cluster, bool first)
{
	int columns = it->width - sentence_x(it, cluster) - 1;
	int rows = canvas_wrapped_rows(sentence_text(cluster), columns, headline_rows(it, cluster));
	int more = detail_rows(it, cluster, first);
	return rows + (more ? canvas_wrapped_rows(cluster->detail, columns, more) : 0);
}

bool deck_sentences_fit(const struct deck *deck, const struct world_view *world, struct rect rect)
{
	int rows = 0;
	if (world->cluster_count > (size_t)rect.height)
		return false;
	struct deck_sentences it = sentences_for(deck, rect, world);
	for (size_t i = 0; i < world->cluster_count; i++)
		rows += sentence_rows(&it, world->clusters[i], i == 0);
	for (size_t i = 0; i < world->problem_count && rows <= rect.height; i++)
		if (!world->problems[i].cluster)
			rows += canvas_wrapped_rows(world->problems[i].text, rect.width - 4, 2);
	return rows <= rect.height;
}

static int draw_sentence(struct deck *deck, struct canvas *canvas, int y, const struct deck_sentences *it,
			 const struct world_cluster *cluster)
{
	bool here = deck_is_chosen(deck, cluster, NULL);
	style_t on = here ? STYLE_ON_CURSOR : 0;
	char name[SELECTION_TEXT_MAX];
	int first = y, x = sentence_x(it, cluster), columns = it->width - x - 1;
	if (here)
		canvas_fill(canvas, (struct rect){y, 0, 1, it->width}, STYLE_CURSOR, ' ');
	canvas_put(canvas, y, 1, 2, severity_style(cluster->severity) | on, sentence_sign(cluster, canvas->ascii));
	sentence_name(it, cluster, name);
	canvas_printf(canvas, y, 3, it->width / 3, STYLE_TEXT | STYLE_BOLD | on, "%s %s", sentence_kind(cluster), name);
	style_t style = cluster->severity >= SEV_WARN ? severity_style(cluster->severity) : STYLE_TEXT;
	y += canvas_put_wrapped(canvas, y, x, columns, headline_rows(it, cluster), style | on, sentence_text(cluster));
	int more = detail_rows(it, cluster, deck->spots.len == 0);
	if (more)
		y += canvas_put_wrapped(canvas, y, x, columns, more, STYLE_DIM, cluster->detail);
	deck_add_spot(deck, (struct rect){first, 0, y - first, it->width}, cluster, NULL);
	return y;
}

int deck_draw_sentences(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world)
{
	int y = rect.y;
	struct deck_sentences it = sentences_for(deck, rect, world);
	for (size_t i = 0; i < world->cluster_count; i++)
		y = draw_sentence(deck, canvas, y, &it, world->clusters[i]);
	/* What concerns no single cluster. */
	for (size_t i = 0; i < world->problem_count; i++) {
		const struct world_problem *problem = &world->problems[i];
		if (problem->cluster)
			continue;
		canvas_put(canvas, y, 1, 2, severity_style(problem->severity),
			   severity_sign(problem->severity, canvas->ascii));
		y += canvas_put_wrapped(canvas, y, 3, rect.width - 4, 2, severity_style(problem->severity),
					problem->text);
	}
	return y;
}
