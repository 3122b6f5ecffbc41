/* What views share that show a sheet's columns as an interactive table: which columns it has, sorting, the fault filter and
 * the choice of columns. */
#ifndef MQDECK_VIEWS_SCREENS_VIEW_TABLE_H
#define MQDECK_VIEWS_SCREENS_VIEW_TABLE_H

#include "tui/widgets/table.h"
#include "views/app/view.h"

/* The first member of the view's state. */
struct view_table {
	struct table *table;
	struct table_column *columns; /* of the shown columns, */
	size_t *column_of;            /* … and which of the sheet's they are */
	size_t column_count;
	bool faults_only;
};

/* Rows come from the source, by columns of `columns`. */
void view_table_open(struct view_table *self, const struct sheet *sheet, const struct table_source *source, void *data);
void view_table_close(struct view_table *self);
/* is_fault: of table_set_keep, with the source's data. False for what it does not know. */
bool view_table_act(struct view *view, enum action action, table_keep_fn *is_fault, void *data);
/* "(3 of 12) </filter> <faults>" behind what the rows are. */
void view_table_title(const struct view_table *self, struct buf *out);

#endif
