/* Replication at a glance: a row a partition or quorum queue, a column a broker. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "tui/widgets/matrix.h"
#include "tui/widgets/pattern.h"
#include "views/app/app.h"
#include "views/screens/quorum_line.h"
#include "views/screens/screens.h"

struct view_matrix {
	struct matrix *matrix;
	struct sheet_rows rows;
	const struct world_cluster *cluster; /* of this update */
	bool faults_only;
	struct pattern *pattern; /* NULL = all */
	char filter[PATTERN_TEXT_MAX];
	VEC(size_t) shown;                /* positions in rows */
	char key[SELECTION_TEXT_MAX * 2]; /* of the row under the cursor */
	bool placed; /* somebody put the cursor where it is: until then it is on the first row, whatever that is */
	char title[600], remark[160];
};

static struct world_replicated matrix_view_at(struct view_matrix *self, size_t row)
{
	struct sheet_row it;
	sheet_rows_fill(&self->rows, self->shown.items[row], &it);
	return it.value.replicated;
}

static size_t row_count(void *data)
{
	return ((struct view_matrix *)data)->shown.len;
}

static size_t column_count(void *data)
{
	const struct world_cluster *cluster = ((struct view_matrix *)data)->cluster;
	return cluster ? cluster->broker_count : 0;
}

static const char *row_title(void *data, size_t row)
{
	struct view_matrix *self = data;
	struct world_replicated it = matrix_view_at(self, row);
	if (it.partition >= 0)
		snprintf(self->title, sizeof self->title, "%s-%d", it.name, it.partition);
	else
		snprintf(self->title, sizeof self->title, "%s", it.name);
	return self->title;
}

static const char *column_title(void *data, size_t column)
{
	return ((struct view_matrix *)data)->cluster->brokers[column]->name;
}

/* Which broker the pod is, the cluster does not tell: it may hold any of the replicas. */
static bool is_nobody(const struct world_broker *broker)
{
	return broker->cluster->kind == WORLD_BROKER_KAFKA && broker->id < 0;
}

static struct matrix_sign matrix_view_sign(void *data, size_t row, size_t column)
{
	struct view_matrix *self = data;
	struct world_replicated it = matrix_view_at(self, row);
	for (int i = 0; i < it.replica_count; i++) {
		if (it.replicas[i] != (int)column)
			continue;
		if (it.joining[i])
			return (struct matrix_sign){"+", STYLE_INFO};
		if (it.leaving[i])
			return (struct matrix_sign){"-", STYLE_INFO};
		if (it.state == WORLD_REPLICA_UNKNOWN)
			return (struct matrix_sign){"?", STYLE_UNKNOWN};
		if (!it.in_sync[i])
			return (struct matrix_sign){"x", STYLE_OFFLINE};
		return it.leader == (int)column ? (struct matrix_sign){"L", STYLE_LEADER}
						: (struct matrix_sign){"o", STYLE_IN_SYNC};
	}
	if (is_nobody(self->cluster->brokers[column]))
		return (struct matrix_sign){"?", STYLE_UNKNOWN};
	return (struct matrix_sign){".", STYLE_DIM};
}

static struct matrix_sign matrix_view_remark(void *data, size_t row)
{
	struct view_matrix *self = data;
	struct world_replicated it = matrix_view_at(self, row);
	if (it.state == WORLD_REPLICA_OK)
		return (struct matrix_sign){NULL, STYLE_TEXT};
	char minimum[24] = "?";
	if (it.min_in_sync >= 0)
		snprintf(minimum, sizeof minimum, "%d", it.min_in_sync);
	snprintf(self->remark, sizeof self->remark, "%s: %d of %d in sync, %s needed",
		 world_replica_state_word(it.state), it.in_sync_count, it.replica_count, minimum);
	return (struct matrix_sign){self->remark, severity_style(world_replica_state_severity(it.state))};
}

static const struct matrix_source matrix_view_source = {
	.rows = row_count,
	.columns = column_count,
	.row_title = row_title,
	.column_title = column_title,
	.sign = matrix_view_sign,
	.remark = matrix_view_remark,
};

/* ---- the view ---- */

/* One cluster at a time: the scope's, else the worst. */
static const struct world_cluster *choose_cluster(const struct view *view, const struct world_view *world)
{
	if (*view->scope.cluster)
		return world_find_cluster(world, view->scope.cluster);
	return world->cluster_count ? world->clusters[0] : NULL;
}

/* What the pattern is held against is what the line says in words; the signs are for the eye. */
static bool matrix_view_matches(struct view_matrix *self, size_t row)
{
	char line[sizeof self->title + sizeof self->remark + 2];
	if (!self->pattern)
		return true;
	int len = snprintf(line, sizeof line, "%s  %s", row_title(self, row),
			   str_or(matrix_view_remark(self, row).text, ""));
	return pattern_match(self->pattern, line, (size_t)len);
}

static void choose_rows(struct view_matrix *self)
{
	vec_clear(&self->shown);
	for (size_t i = 0; i < self->rows.positions.len; i++) {
		vec_push(&self->shown, i);
		size_t row = self->shown.len - 1;
		if ((self->faults_only && matrix_view_at(self, row).state == WORLD_REPLICA_OK) ||
		    !matrix_view_matches(self, row))
			self->shown.len--;
	}
}

static bool key_at(struct view_matrix *self, size_t row, char *out, size_t size)
{
	struct sheet_row it;
	if (row >= self->shown.len)
		return false;
	sheet_rows_fill(&self->rows, self->shown.items[row], &it);
	sheet_key_of(&sheet_replication, &it, out, size);
	return true;
}

static void remember_row(struct view_matrix *self)
{
	if (!key_at(self, matrix_row(self->matrix), self->key, sizeof self->key))
		*self->key = '\0';
}

/* Rows moved, or other ones are shown: the cursor stays on its row, and at the place when that is gone. */
static void hold_row(struct view_matrix *self)
{
	char key[sizeof self->key];
	size_t row = self->placed ? matrix_row(self->matrix) : 0;
	bool same = !self->placed || (key_at(self, row, key, sizeof key) && str_eq(key, self->key));
	for (size_t i = 0; i < self->shown.len && !same; i++) {
		same = key_at(self, i, key, sizeof key) && str_eq(key, self->key);
		row = same ? i : row;
	}
	matrix_select(self->matrix, row, matrix_column(self->matrix));
	remember_row(self);
}

static void matrix_view_update(struct view *view)
{
	struct view_matrix *self = view->state;
	const struct world_view *world = view->app->world;
	self->cluster = world ? choose_cluster(view, world) : NULL;
	if (!self->cluster) {
		vec_clear(&self->shown);
		sheet_rows_clear(&self->rows);
		return;
	}
	struct sheet_scope scope = {.cluster = self->cluster->key};
	if (!sheet_rows_collect(&self->rows, &sheet_replication, world, &scope, SHEET_WORST_FIRST,
				clock_wall_ms(loop_clock(view->app->loop))))
		return;
	choose_rows(self);
	hold_row(self);
}

static void matrix_view_open(struct view *view)
{
	struct view_matrix *self = mem_alloc(sizeof *self);
	view->state = self;
	self->matrix = matrix_create(&matrix_view_source, self);
}

static void matrix_view_close(struct view *view)
{
	struct view_matrix *self = view->state;
	matrix_destroy(self->matrix);
	pattern_destroy(self->pattern);
	sheet_rows_finish(&self->rows);
	vec_finish(&self->shown);
	free(self);
}

static void matrix_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct view_matrix *self = view->state;
	if (self->shown.len == 0) {
		canvas_put(canvas, rect.y + 1, 2, rect.width - 4, STYLE_DIM,
			   self->rows.positions.len == 0 ? "no replicated partitions or queues are known here"
			   : *self->filter               ? "nothing matches the filter; Esc clears it"
							 : "every replica is in sync");
		return;
	}
	rect.height -= quorum_line_draw(canvas, rect.y + rect.height - 1, rect.height > 4, view->app->world,
					self->cluster->key);
	struct rect body = {rect.y, rect.x, rect.height - 1, rect.width};
	matrix_draw(self->matrix, canvas, body, true);
	canvas_put(canvas, rect.y + rect.height - 1, 1, rect.width - 2, STYLE_DIM,
		   "L leader  o in sync  x out of sync  + adding  - removing  . no replica");
}

static bool matrix_view_event(struct view *view, const struct event *event)
{
	struct view_matrix *self = view->state;
	if (!matrix_event(self->matrix, event))
		return false;
	self->placed = true;
	remember_row(self);
	return true;
}

static bool matrix_view_act(struct view *view, enum action action)
{
	struct view_matrix *self = view->state;
	if (action != ACTION_FAULTS)
		return false;
	self->faults_only = !self->faults_only;
	choose_rows(self);
	hold_row(self);
	return true;
}

static bool matrix_view_filter(struct view *view, const char *text, struct err *err)
{
	struct view_matrix *self = view->state;
	if (!pattern_replace(&self->pattern, text, PATTERN_NO_CASE | PATTERN_INVERSE, err))
		return false;
	snprintf(self->filter, sizeof self->filter, "%s", text);
	choose_rows(self);
	hold_row(self);
	return true;
}

static const char *matrix_view_filter_text(struct view *view)
{
	return ((struct view_matrix *)view->state)->filter;
}

static bool matrix_view_selection(struct view *view, struct selection *out)
{
	struct view_matrix *self = view->state;
	size_t row = matrix_row(self->matrix);
	if (row >= self->shown.len)
		return false;
	struct sheet_row it;
	sheet_rows_fill(&self->rows, self->shown.items[row], &it);
	selection_of_row(&sheet_replication, &it, out);
	return true;
}

static void matrix_view_title(struct view *view, struct buf *out)
{
	struct view_matrix *self = view->state;
	buf_printf(out, "matrix of %s", self->cluster ? self->cluster->key : "nothing");
	if (self->shown.len == self->rows.positions.len)
		buf_printf(out, " (%zu)", self->shown.len);
	else
		buf_printf(out, " (%zu of %zu)", self->shown.len, self->rows.positions.len);
	if (*self->filter)
		buf_printf(out, " </%s>", self->filter);
	if (self->faults_only)
		buf_append_str(out, " <faults>");
}

const struct view_class view_matrix = {
	.name = "matrix",
	.keys = VIEW_KEYS_MATRIX,
	.open = matrix_view_open,
	.close = matrix_view_close,
	.update = matrix_view_update,
	.draw = matrix_view_draw,
	.event = matrix_view_event,
	.act = matrix_view_act,
	.selection = matrix_view_selection,
	.filter = matrix_view_filter,
	.filter_text = matrix_view_filter_text,
	.title = matrix_view_title,
};
