/* Scrolling in two directions under fixed headers; only what is on the screen is asked for. */
#include "tui/widgets/matrix.h"

#include <stdlib.h>

#include "api/base/str.h"

enum { TITLE_MIN = 8, COLUMN_MIN = 4, COLUMN_MAX = 14, GAP = 2, WHEEL_LINES = 3 };

struct matrix {
	const struct matrix_source *source;
	void *data;
	size_t row, column; /* the cursor */
	size_t top, left;   /* first drawn */
	struct rect rect;   /* drawn into last */
	int title_width, column_width, columns_drawn;
};

struct matrix *matrix_create(const struct matrix_source *source, void *data)
{
	struct matrix *matrix = mem_alloc(sizeof *matrix);
	*matrix = (struct matrix){.source = source, .data = data, .rect = {.height = 25}, .columns_drawn = 1};
	return matrix;
}

void matrix_destroy(struct matrix *matrix)
{
	free(matrix);
}

size_t matrix_row(const struct matrix *matrix)
{
	return matrix->row;
}

size_t matrix_column(const struct matrix *matrix)
{
	return matrix->column;
}

/* ---- layout ---- */

static size_t matrix_page(const struct matrix *matrix)
{
	return matrix->rect.height > 2 ? (size_t)matrix->rect.height - 1 : 1;
}

/* `first` so that `at` is among `shown` of `count`. */
static size_t scroll_to(size_t first, size_t at, size_t shown, size_t count)
{
	if (at < first)
		first = at;
	if (at >= first + shown)
		first = at - shown + 1;
	size_t last = count > shown ? count - shown : 0;
	return first < last ? first : last;
}

static void hold_cursor(struct matrix *matrix)
{
	size_t rows = matrix->source->rows(matrix->data), columns = matrix->source->columns(matrix->data);
	if (matrix->row >= rows)
		matrix->row = rows > 0 ? rows - 1 : 0;
	if (matrix->column >= columns)
		matrix->column = columns > 0 ? columns - 1 : 0;
	matrix->top = scroll_to(matrix->top, matrix->row, matrix_page(matrix), rows);
	matrix->left = scroll_to(matrix->left, matrix->column, (size_t)matrix->columns_drawn, columns);
}

static void lay_out(struct matrix *matrix)
{
	size_t rows = matrix->source->rows(matrix->data), columns = matrix->source->columns(matrix->data);
	int title = TITLE_MIN, width = COLUMN_MIN;
	for (size_t row = matrix->top; row < rows && row < matrix->top + matrix_page(matrix); row++) {
		int wanted = canvas_text_width(matrix->source->row_title(matrix->data, row));
		title = wanted > title ? wanted : title;
	}
	for (size_t column = 0; column < columns; column++) {
		int wanted = canvas_text_width(matrix->source->column_title(matrix->data, column));
		width = wanted > width ? wanted : width;
	}
	int most = matrix->rect.width / 2;
	matrix->title_width = title > most ? most : title;
	matrix->column_width = (width > COLUMN_MAX ? COLUMN_MAX : width) + GAP;
	int room = matrix->rect.width - matrix->title_width - GAP;
	int fit = room / matrix->column_width;
	fit = fit < 1 ? 1 : fit;
	matrix->columns_drawn = (size_t)fit < columns ? fit : columns > 0 ? (int)columns : 1;
}

static int matrix_column_x(const struct matrix *matrix, int shown)
{
	return matrix->rect.x + matrix->title_width + GAP + shown * matrix->column_width;
}

/* ---- drawing ---- */

static void put_middle(struct canvas *canvas, int y, int x, int columns, style_t style, const char *text)
{
	int width = canvas_text_width(text);
	int lead = width < columns ? (columns - width) / 2 : 0;
	canvas_put(canvas, y, x + lead, columns - lead, style, text);
}

static void matrix_draw_header(const struct matrix *matrix, struct canvas *canvas)
{
	struct rect rect = matrix->rect;
	size_t columns = matrix->source->columns(matrix->data);
	canvas_fill(canvas, (struct rect){rect.y, rect.x, 1, rect.width}, STYLE_HEADER, ' ');
	for (int i = 0; i < matrix->columns_drawn && matrix->left + (size_t)i < columns; i++) {
		size_t column = matrix->left + (size_t)i;
		put_middle(canvas, rect.y, matrix_column_x(matrix, i), matrix->column_width - GAP, STYLE_HEADER,
			   matrix->source->column_title(matrix->data, column));
	}
	if (matrix->left > 0)
		canvas_put(canvas, rect.y, matrix_column_x(matrix, 0) - GAP, 1, STYLE_DIM, canvas->ascii ? "<" : "‹");
	if (matrix->left + (size_t)matrix->columns_drawn < columns)
		canvas_put(canvas, rect.y, matrix_column_x(matrix, matrix->columns_drawn) - 1, 1, STYLE_DIM,
			   canvas->ascii ? ">" : "›");
}

static void matrix_draw_row(const struct matrix *matrix, struct canvas *canvas, int y, size_t row, bool focused)
{
	struct rect rect = matrix->rect;
	size_t columns = matrix->source->columns(matrix->data);
	canvas_put_fit(canvas, y, rect.x, matrix->title_width, STYLE_TEXT,
		       matrix->source->row_title(matrix->data, row));
	int width = matrix->column_width - GAP;
	for (int i = 0; i < matrix->columns_drawn && matrix->left + (size_t)i < columns; i++) {
		size_t column = matrix->left + (size_t)i;
		struct matrix_sign sign = matrix->source->sign(matrix->data, row, column);
		put_middle(canvas, y, matrix_column_x(matrix, i), width, sign.style, str_or(sign.text, ""));
	}
	int end = matrix_column_x(matrix, matrix->columns_drawn);
	int room = rect.x + rect.width - end;
	struct matrix_sign remark = {0};
	if (matrix->source->remark)
		remark = matrix->source->remark(matrix->data, row);
	if (remark.text && room > 0)
		canvas_put_fit(canvas, y, end, room, remark.style, remark.text);
	if (row != matrix->row)
		return;
	canvas_modify(canvas, (struct rect){y, rect.x, 1, rect.width}, focused ? STYLE_ON_CURSOR : STYLE_BOLD);
	int at = (int)(matrix->column - matrix->left);
	if (!focused || columns == 0)
		return;
	canvas_glyph(canvas, y, matrix_column_x(matrix, at), STYLE_KEY | STYLE_ON_CURSOR, '[');
	canvas_glyph(canvas, y, matrix_column_x(matrix, at) + width - 1, STYLE_KEY | STYLE_ON_CURSOR, ']');
}

void matrix_draw(struct matrix *matrix, struct canvas *canvas, struct rect rect, bool focused)
{
	matrix->rect = rect_clip(rect, canvas_rect(canvas));
	if (matrix->rect.height < 1 || matrix->rect.width < 1)
		return;
	hold_cursor(matrix);
	lay_out(matrix);
	hold_cursor(matrix);
	matrix_draw_header(matrix, canvas);
	size_t rows = matrix->source->rows(matrix->data);
	for (int i = 1; i < matrix->rect.height; i++) {
		size_t row = matrix->top + (size_t)i - 1;
		int y = matrix->rect.y + i;
		canvas_fill(canvas, (struct rect){y, matrix->rect.x, 1, matrix->rect.width}, STYLE_TEXT, ' ');
		if (row < rows)
			matrix_draw_row(matrix, canvas, y, row, focused);
	}
}

/* ---- input ---- */

static void matrix_move(struct matrix *matrix, int64_t rows, int64_t columns)
{
	int64_t row = (int64_t)matrix->row + rows, column = (int64_t)matrix->column + columns;
	matrix->row = row > 0 ? (size_t)row : 0;
	matrix->column = column > 0 ? (size_t)column : 0;
	hold_cursor(matrix);
}

void matrix_select(struct matrix *matrix, size_t row, size_t column)
{
	matrix->row = row;
	matrix->column = column;
	hold_cursor(matrix);
}

static bool matrix_on_key(struct matrix *matrix, struct key key)
{
	const int64_t page_rows = (int64_t)matrix_page(matrix), all = INT32_MAX;
	const struct {
		struct key key;
		int64_t rows, columns;
	} moves[] = {
		{{KEY_CODE_UP, 0}, -1, 0},
		{{'k', 0}, -1, 0},
		{{KEY_CODE_DOWN, 0}, 1, 0},
		{{'j', 0}, 1, 0},
		{{KEY_CODE_LEFT, 0}, 0, -1},
		{{'h', 0}, 0, -1},
		{{KEY_CODE_RIGHT, 0}, 0, 1},
		{{'l', 0}, 0, 1},
		{{KEY_CODE_PAGE_UP, 0}, -page_rows, 0},
		{{'b', KEY_MOD_CTRL}, -page_rows, 0},
		{{KEY_CODE_PAGE_DOWN, 0}, page_rows, 0},
		{{'f', KEY_MOD_CTRL}, page_rows, 0},
		{{'g', 0}, -all, 0},
		{{KEY_CODE_HOME, 0}, -all, 0},
		{{'G', 0}, all, 0},
		{{KEY_CODE_END, 0}, all, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		if (!key_equal(moves[i].key, key))
			continue;
		matrix_move(matrix, moves[i].rows, moves[i].columns);
		return true;
	}
	return false;
}

static bool matrix_on_mouse(struct matrix *matrix, const struct event_mouse *mouse)
{
	if (!rect_holds(matrix->rect, mouse->y, mouse->x))
		return false;
	if (mouse->action == EVENT_MOUSE_WHEEL_UP || mouse->action == EVENT_MOUSE_WHEEL_DOWN) {
		matrix_move(matrix, mouse->action == EVENT_MOUSE_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES, 0);
		return true;
	}
	int line = mouse->y - matrix->rect.y - 1, along = mouse->x - matrix_column_x(matrix, 0);
	if (mouse->action != EVENT_MOUSE_PRESS || line < 0 || matrix->column_width == 0)
		return false;
	size_t column = along >= 0 ? matrix->left + (size_t)(along / matrix->column_width) : matrix->column;
	matrix_select(matrix, matrix->top + (size_t)line, column);
	return true;
}

bool matrix_event(struct matrix *matrix, const struct event *event)
{
	if (event->type == EVENT_KEY)
		return matrix_on_key(matrix, event->key);
	return event->type == EVENT_MOUSE && matrix_on_mouse(matrix, &event->mouse);
}
