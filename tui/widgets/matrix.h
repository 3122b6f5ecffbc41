/* A grid of signs with row and column headers: partitions × brokers. Rows are asked for as they are drawn. */
#ifndef MQDECK_TUI_WIDGETS_MATRIX_H
#define MQDECK_TUI_WIDGETS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/mem.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"

struct matrix;

/* text is at most a few columns ("L●"), borrowed until the next call. */
struct matrix_sign {
	const char *text;
	style_t style;
};

struct matrix_source {
	size_t (*rows)(void *data);
	size_t (*columns)(void *data);
	const char *(*row_title)(void *data, size_t row);
	const char *(*column_title)(void *data, size_t column);
	struct matrix_sign (*sign)(void *data, size_t row, size_t column);
	/* A remark at the end of the row; text NULL = none. */
	struct matrix_sign (*remark)(void *data, size_t row);
};

struct matrix *matrix_create(const struct matrix_source *source, void *data); /* borrowed */
void matrix_destroy(struct matrix *matrix);
DEFINE_CLEANUP(struct matrix *, matrix_destroy);
void matrix_draw(struct matrix *matrix, struct canvas *canvas, struct rect rect, bool focused);
bool matrix_event(struct matrix *matrix, const struct event *event); /* arrows, hjkl, g G, pages, wheel, click */
size_t matrix_row(const struct matrix *matrix);
size_t matrix_column(const struct matrix *matrix);
void matrix_select(struct matrix *matrix, size_t row, size_t column);

#endif
