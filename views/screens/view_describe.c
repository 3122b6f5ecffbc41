/* Everything known of one object: the columns of its row in words, what it is joined to, its conditions and its
 * events. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/screens/screens.h"
#include "views/screens/view_text.h"

struct view_describe {
	struct text_view text;
	struct buf lines;
};

enum { LABEL_WIDTH = 26, FORMATTED_MAX = 4096 };

static void describe_view_section(struct buf *out, const char *title)
{
	buf_printf(out, "%s%s\n", out->len ? "\n" : "", title);
}

static void describe_view_line(struct buf *out, const char *label, const char *text)
{
	buf_printf(out, "  %-*s %s\n", LABEL_WIDTH, label, text);
}

/* ---- the row itself ---- */

static bool describe_view_find_row(const struct view *view, const struct sheet *sheet, struct sheet_rows *rows,
				   struct sheet_row *row)
{
	struct sheet_scope where = {.cluster = *view->selection.cluster ? view->selection.cluster : NULL};
	char key[SELECTION_TEXT_MAX * 2];
	sheet_rows_collect(rows, sheet, view->app->world, &where, SHEET_BY_NAME,
			   clock_wall_ms(loop_clock(view->app->loop)));
	for (size_t i = 0; i < rows->positions.len; i++) {
		sheet_rows_fill(rows, i, row);
		sheet->key(row, key, sizeof key);
		if (str_eq(key, view->selection.key))
			return true;
	}
	return false;
}

static void describe_row(struct buf *out, const struct sheet *sheet, struct sheet_row *row)
{
	char text[FORMATTED_MAX];
	for (size_t i = 0; i < sheet->column_count; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		if (!column->field)
			continue;
		struct cell cell = column->cell(row);
		if (cell.type == CELL_NONE)
			continue;
		cell_format(&cell, text, sizeof text, false);
		describe_view_line(out, column->field, *text ? text : "none");
	}
}

/* ---- what stands beside it ---- */

static void describe_conditions(struct buf *out, const struct kube_condition *conditions, size_t count)
{
	if (count == 0)
		return;
	describe_view_section(out, "Conditions");
	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "  %-*s %-8s %s%s%s\n", LABEL_WIDTH, str_or(conditions[i].type, "?"),
			   str_or(conditions[i].status, "?"), str_or(conditions[i].reason, ""),
			   str_empty(conditions[i].message) ? "" : ": ", str_or(conditions[i].message, ""));
	}
}

static void describe_pod(struct buf *out, const struct kube_pod *pod)
{
	describe_view_section(out, "Containers");
	for (size_t i = 0; i < pod->container_count; i++) {
		describe_view_line(out, str_or(pod->containers[i].name, "?"), str_or(pod->containers[i].image, "?"));
		for (size_t s = 0; s < pod->status_count; s++) {
			const struct kube_container_status *status = &pod->statuses[s];
			if (!str_eq(status->name, pod->containers[i].name))
				continue;
			buf_printf(out, "  %-*s %s, %d restarts%s%s%s%s%s\n", LABEL_WIDTH, "",
				   status->ready ? "ready" : "not ready", status->restart_count,
				   status->waiting_reason ? ", waiting: " : "", str_or(status->waiting_reason, ""),
				   str_empty(status->waiting_message) ? "" : " ", str_or(status->waiting_message, ""),
				   "");
			if (status->last_terminated_reason)
				buf_printf(out, "  %-*s last ended: %s, exit code %d\n", LABEL_WIDTH, "",
					   status->last_terminated_reason, status->last_exit_code);
		}
	}
	describe_conditions(out, pod->conditions, pod->condition_count);
}

static void describe_broker(struct buf *out, const struct world_broker *broker)
{
	if (err_is_set(&broker->source.err))
		describe_view_line(out, "not read", broker->source.err.text);
	for (size_t i = 0; i < broker->volume_count; i++) {
		const struct world_volume *volume = broker->volumes[i];
		describe_view_section(out, "Volume");
		describe_view_line(out, "claim", volume->claim->meta.name);
		describe_view_line(out, "volume", str_or(volume->claim->volume_name, "not bound"));
		describe_view_line(out, "class", str_or(volume->claim->storage_class, "none"));
	}
	if (broker->pod)
		describe_pod(out, broker->pod);
}

static void describe_cluster(struct buf *out, const struct world_cluster *cluster)
{
	if (err_is_set(&cluster->source.err))
		describe_view_line(out, "not read", cluster->source.err.text);
	if (cluster->voter_count == 0)
		return;
	describe_view_section(out, "Quorum (KRaft)");
	for (size_t i = 0; i < cluster->voter_count; i++) {
		const struct world_voter *voter = &cluster->voters[i];
		buf_printf(out, "  %-*s %-10s lag %" PRId64 "\n", LABEL_WIDTH, str_or(voter->broker, "controller"),
			   voter->leader  ? "leader"
			   : voter->voter ? "voter"
					  : "observer",
			   voter->lag);
	}
}

static void describe_joined(struct buf *out, const struct selection *selection, const struct sheet_row *row)
{
	switch (selection->kind) {
	case SELECTION_BROKER:
		describe_broker(out, row->item.broker);
		break;
	case SELECTION_CLUSTER:
		describe_cluster(out, row->cluster);
		break;
	case SELECTION_POD:
		describe_pod(out, row->item.pod);
		break;
	case SELECTION_NODE:
		if (row->item.node->record)
			describe_conditions(out, row->item.node->record->conditions,
					    row->item.node->record->condition_count);
		break;
	case SELECTION_VOLUME:
		describe_conditions(out, row->item.volume->claim->conditions, row->item.volume->claim->condition_count);
		break;
	default:
		break;
	}
}

static void describe_events(struct buf *out, const struct view *view)
{
	const struct world_view *world = view->app->world;
	char age[16];
	bool any = false;
	for (size_t i = 0; i < world->event_count; i++) {
		const struct kube_event *event = world->events[i].record;
		if (!str_eq(event->object_name, view->selection.name))
			continue;
		if (!any)
			describe_view_section(out, "Events");
		any = true;
		int64_t seconds = (clock_wall_ms(loop_clock(view->app->loop)) - event->last_ms) / 1000;
		cell_human_age(event->last_ms < 0 || seconds < 0 ? 0 : seconds, age);
		buf_printf(out, "  %6s  %-8s %-20s %s\n", age, str_or(event->type, ""), str_or(event->reason, ""),
			   str_or(event->message, ""));
	}
}

static void describe_view_update(struct view *view)
{
	struct view_describe *self = view->state;
	const struct sheet *sheet = selection_sheet(view->selection.kind);
	struct sheet_rows rows = {0};
	struct sheet_row row;
	if (!view->app->world)
		return;
	buf_clear(&self->lines);
	if (describe_view_find_row(view, sheet, &rows, &row)) {
		CLEANUP(free)
		char *head = str_printf("%s %s", selection_kind_word(view->selection.kind), view->selection.name);
		describe_view_section(&self->lines, head);
		describe_row(&self->lines, sheet, &row);
		describe_joined(&self->lines, &view->selection, &row);
	} else {
		buf_printf(&self->lines, "%s %s is no longer there.\n", selection_kind_word(view->selection.kind),
			   view->selection.name);
	}
	describe_events(&self->lines, view);
	pager_set_text(self->text.pager, buf_str(&self->lines));
	sheet_rows_finish(&rows);
}

static void describe_view_open(struct view *view)
{
	struct view_describe *self = mem_alloc(sizeof *self);
	self->text.pager = pager_create(TEXT_VIEW_MAX);
	buf_init(&self->lines, TEXT_VIEW_MAX);
	view->state = self;
}

static void describe_view_close(struct view *view)
{
	struct view_describe *self = view->state;
	pager_destroy(self->text.pager);
	buf_finish(&self->lines);
	free(self);
}

/* Links lead on from here too. */
static bool describe_view_selection(struct view *view, struct selection *out)
{
	*out = view->selection;
	return true;
}

const struct view_class view_describe = {
	.name = "describe",
	.keys = VIEW_KEYS_DESCRIBE,
	.needs_selection = true,
	.open = describe_view_open,
	.close = describe_view_close,
	.update = describe_view_update,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = text_view_act,
	.selection = describe_view_selection,
	.filter = text_view_search,
	.filter_text = text_view_searched,
	.title = text_view_title,
};
