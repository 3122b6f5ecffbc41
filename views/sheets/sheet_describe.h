/* What a sheet writes of a row beside its columns: sections with a line a fact, as the view `describe` shows them. */
#ifndef MQDECK_VIEWS_SHEETS_SHEET_DESCRIBE_H
#define MQDECK_VIEWS_SHEETS_SHEET_DESCRIBE_H

#include "views/sheets/sheet.h"

enum { SHEET_DESCRIBE_WIDTH = 26 }; /* of what stands before a fact */

void sheet_describe_section(struct buf *out, const char *title);
void sheet_describe_line(struct buf *out, const char *label, const char *text);
void sheet_describe_conditions(struct buf *out, const struct kube_condition *conditions, size_t count);
void sheet_describe_pod(struct buf *out, const struct kube_pod *pod);

#endif
