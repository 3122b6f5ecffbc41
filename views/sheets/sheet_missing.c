/* What a sheet's rows lean on and could not be read: for `get`'s exit code and for empty tables. */
#include "api/base/str.h"
#include "views/sheets/sheet.h"

static bool sheet_leans_on(const struct sheet *sheet, size_t part)
{
	return sheet->leans_on >> part & 1;
}

/* A failure of the brokers' side as a whole is said once, not with each of its parts. */
static bool is_said_of_all(const struct world_cluster *cluster, const struct world_source *part)
{
	return err_is_set(&cluster->source.err) &&
	       (!err_is_set(&part->err) || str_eq(part->err.text, cluster->source.err.text));
}

static bool sheet_missing_take(const struct world_source *source, const struct world_cluster *cluster, const char *part,
			       struct sheet_missing *out)
{
	*out = (struct sheet_missing){.cluster = cluster, .part = part, .err = &source->err};
	return err_is_set(&source->err) || !world_source_is_read(source);
}

/* Position 0 of a cluster is its brokers' side as a whole, then come its parts. */
static bool missing_of_cluster(const struct sheet *sheet, const struct world_cluster *cluster, size_t at,
			       struct sheet_missing *out)
{
	if (at == 0)
		return sheet->needs_brokers && sheet_missing_take(&cluster->source, cluster, NULL, out);
	size_t part = WORLD_LIST_COUNT + at - 1;
	return sheet_leans_on(sheet, part) && !is_said_of_all(cluster, &cluster->parts[part]) &&
	       sheet_missing_take(&cluster->parts[part], cluster, world_part_word((enum world_part)part), out);
}

bool sheet_missing_next(const struct sheet *sheet, const struct world_view *world, size_t *at,
			struct sheet_missing *out)
{
	enum { PLACES = WORLD_PART_COUNT - WORLD_LIST_COUNT + 1 };
	for (; *at < WORLD_LIST_COUNT + world->cluster_count * PLACES; ++*at) {
		size_t place = *at - WORLD_LIST_COUNT;
		bool is_list = *at < WORLD_LIST_COUNT;
		if (is_list ? sheet_leans_on(sheet, *at) &&
				      sheet_missing_take(&world->lists[*at], NULL,
							 world_part_word((enum world_part) * at), out)
			    : missing_of_cluster(sheet, world->clusters[place / PLACES], place % PLACES, out)) {
			++*at;
			return true;
		}
	}
	return false;
}
