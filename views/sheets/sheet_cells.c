/* Cells that several sheets have. */
#include <stdio.h>

#include "api/base/str.h"
#include "views/sheets/sheet.h"

const char *sheet_kind_word(const struct world_cluster *cluster)
{
	return cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq";
}

struct cell sheet_cell_cluster(struct sheet_row *row)
{
	return row->cluster ? cell_text(row->cluster->name) : cell_none();
}

struct cell sheet_cell_kind(struct sheet_row *row)
{
	return row->cluster ? cell_text(sheet_kind_word(row->cluster)) : cell_none();
}

struct cell sheet_cell_namespace(struct sheet_row *row)
{
	return row->cluster ? cell_text(row->cluster->namespace) : cell_none();
}

struct cell sheet_age_since(const struct sheet_row *row, int64_t unix_ms)
{
	if (unix_ms < 0)
		return cell_unknown();
	int64_t seconds = (row->wall_ms - unix_ms) / 1000;
	return cell_age(seconds > 0 ? seconds : 0);
}

struct cell sheet_joined(struct sheet_row *row, const char *const *items, size_t count)
{
	size_t used = 0;
	row->text[0] = '\0';
	for (size_t i = 0; i < count && used < sizeof row->text; i++) {
		int more = snprintf(row->text + used, sizeof row->text - used, "%s%s", i ? "," : "", items[i]);
		used += more > 0 ? (size_t)more : 0;
	}
	return cell_list(row->text);
}

const char *sheet_broker_state(const struct world_broker *broker)
{
	return str_or(broker->state, "unknown");
}

bool sheet_broker_is_unread(const struct world_broker *broker)
{
	return !broker->pod && !world_source_is_read(&broker->cluster->parts[WORLD_PART_PODS]);
}

struct cell sheet_figure(int64_t figure)
{
	return figure < 0 ? cell_unknown() : cell_count(figure);
}

struct cell sheet_text(const char *text)
{
	return text ? cell_text(text) : cell_unknown();
}

struct cell sheet_state(const char *word, enum severity severity)
{
	return word ? cell_graded(cell_text(word), severity) : cell_unknown();
}
