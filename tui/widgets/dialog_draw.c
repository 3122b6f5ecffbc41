/* Sizes of a dialog and its parts, wrapped text, and drawing it in the middle of the screen. */
#include "tui/widgets/dialog_private.h"

#include <string.h>

#include "api/base/str.h"

enum {
	WIDTH_MIN = 36,
	WIDTH_MAX = 100,
	MARGIN = 2, /* columns between border and text */
	MENU_ROWS = 12,
	FIELD_WIDTH = 24,
	BUTTON_GAP = 2,
};

/* ---- text, wrapped at words ---- */

/* Bytes of the clean text that go on one row, and in *skip the blank after them. */
static size_t dialog_wrap_line(const char *text, int columns, size_t *skip)
{
	/* On a terminal too narrow for any text a row still takes a character, or it would never end. */
	size_t len = strlen(text), fit = canvas_text_fit(text, len, columns > 0 ? columns : 1);
	*skip = 0;
	if (fit >= len)
		return len;
	size_t at = fit;
	while (at > 0 && text[at] != ' ')
		at--;
	if (at == 0)
		return fit;
	*skip = 1;
	return at;
}

/* Calls for each row of all lines; canvas NULL only counts. Rows before `from` are skipped. */
static int dialog_draw_lines(const struct dialog *dialog, struct canvas *canvas, struct rect rect, int from)
{
	int row = 0;
	vec_each (&dialog->lines, line) {
		const char *text = *line;
		do {
			size_t skip, used = dialog_wrap_line(text, rect.width, &skip);
			if (canvas && row >= from && row - from < rect.height)
				canvas_put_len(canvas, rect.y + row - from, rect.x, rect.width, STYLE_DIALOG, text,
					       used);
			text += used + skip;
			row++;
		} while (*text);
	}
	return row;
}

/* ---- sizes ---- */

static int widest_line(const struct dialog *dialog)
{
	int widest = canvas_text_width(dialog->title) + 4;
	vec_each (&dialog->lines, line) {
		int width = canvas_text_width(*line);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static int label_width(const struct dialog *dialog)
{
	int widest = 0;
	for (size_t i = 0; i < dialog->field_count; i++) {
		int width = canvas_text_width(dialog->fields[i].label);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static int field_width(const struct dialog_field_state *field)
{
	int widest = field->expected ? canvas_text_width(field->expected) + 2 : 0;
	vec_each (&field->choices, choice) {
		int width = canvas_text_width(*choice) + 4;
		widest = width > widest ? width : widest;
	}
	return widest > FIELD_WIDTH ? widest : FIELD_WIDTH;
}

static int buttons_width(const struct dialog *dialog)
{
	int total = 0;
	for (size_t i = 0; i < dialog->button_count; i++)
		total += canvas_text_width(dialog->buttons[i].label) + 4 + (i > 0 ? BUTTON_GAP : 0);
	return total;
}

static int dialog_wanted_width(const struct dialog *dialog)
{
	int width = widest_line(dialog);
	for (size_t i = 0; i < dialog->field_count; i++) {
		int field = label_width(dialog) + 2 + field_width(&dialog->fields[i]);
		width = field > width ? field : width;
	}
	width = buttons_width(dialog) > width ? buttons_width(dialog) : width;
	width = width < WIDTH_MIN ? WIDTH_MIN : width;
	return width > WIDTH_MAX ? WIDTH_MAX : width;
}

static int field_rows(const struct dialog_field_state *field)
{
	if (field->kind != DIALOG_FIELD_MENU)
		return 1;
	return field->choices.len < MENU_ROWS ? (int)field->choices.len : MENU_ROWS;
}

/* Rows under the text: fields, error, buttons, and the blank rows between. */
static int lower_rows(const struct dialog *dialog)
{
	int rows = 0;
	for (size_t i = 0; i < dialog->field_count; i++)
		rows += field_rows(&dialog->fields[i]);
	rows += dialog->field_count > 0 && dialog->lines.len > 0;
	rows += dialog->error ? 1 : 0;
	rows += dialog->button_count > 0 ? 2 : 0;
	return rows;
}

/* ---- parts ---- */

static void draw_frame(const struct dialog *dialog, struct canvas *canvas, struct rect rect)
{
	style_t style = dialog->severity == SEV_NONE ? STYLE_TITLE : severity_style(dialog->severity) | STYLE_BOLD;
	const char *sign = severity_sign(dialog->severity, canvas->ascii);
	canvas_fill(canvas, rect, STYLE_DIALOG, ' ');
	canvas_box(canvas, rect, style == STYLE_TITLE ? STYLE_BORDER : severity_style(dialog->severity),
		   CANVAS_BOX_ROUND);
	if (!*dialog->title)
		return;
	canvas_printf(canvas, rect.y, rect.x + 2, rect.width - 4, style, " %s%s%s ", sign, *sign ? " " : "",
		      dialog->title);
}

static void draw_menu(struct dialog_field_state *field, struct canvas *canvas, struct rect rect, bool focused)
{
	size_t rows = (size_t)(rect.height > 0 ? rect.height : 0);
	if (field->choice < field->first)
		field->first = field->choice;
	if (rows > 0 && field->choice >= field->first + rows)
		field->first = field->choice - rows + 1;
	for (size_t i = 0; i < rows && field->first + i < field->choices.len; i++) {
		size_t at = field->first + i;
		struct rect line = {rect.y + (int)i, rect.x, 1, rect.width};
		const char *sign = at != field->choice ? "  " : canvas->ascii ? "> " : "▸ ";
		int used = canvas_put(canvas, line.y, line.x, line.width, STYLE_KEY, sign);
		canvas_put_fit(canvas, line.y, line.x + used, line.width - used, STYLE_DIALOG,
			       field->choices.items[at]);
		if (at == field->choice && focused)
			canvas_modify(canvas, line, STYLE_ON_CURSOR);
	}
}

static void draw_value(struct dialog_field_state *field, struct canvas *canvas, struct rect rect, bool focused)
{
	if (field->kind == DIALOG_FIELD_CHOICE) {
		const char *choice = field->choices.len > 0 ? field->choices.items[field->choice] : "";
		style_t style = focused ? STYLE_BUTTON_FOCUS : STYLE_BUTTON;
		canvas_printf(canvas, rect.y, rect.x, rect.width, style, canvas->ascii ? "< %s >" : "‹ %s ›", choice);
		return;
	}
	line_edit_draw(field->edit, canvas, rect, "", focused);
	canvas_modify(canvas, rect, STYLE_UNDERLINE);
	if (field->expected && !*line_edit_text(field->edit))
		canvas_put(canvas, rect.y, rect.x, rect.width, STYLE_GHOST | STYLE_UNDERLINE, field->expected);
}

static int draw_fields(struct dialog *dialog, struct canvas *canvas, struct rect rect)
{
	int labels = label_width(dialog), y = rect.y;
	for (size_t i = 0; i < dialog->field_count; i++) {
		struct dialog_field_state *field = &dialog->fields[i];
		bool focused = dialog->focus == i;
		int lead = labels > 0 ? labels + 2 : 0;
		canvas_put(canvas, y, rect.x, labels, focused ? STYLE_DIALOG | STYLE_BOLD : STYLE_DIALOG, field->label);
		field->drawn = (struct rect){y, rect.x + lead, field_rows(field), rect.width - lead};
		if (field->kind == DIALOG_FIELD_MENU)
			draw_menu(field, canvas, field->drawn, focused);
		else
			draw_value(field, canvas, field->drawn, focused);
		y += field->drawn.height;
	}
	return y;
}

static void dialog_draw_buttons(struct dialog *dialog, struct canvas *canvas, int y, struct rect rect)
{
	int x = rect.x + rect.width - buttons_width(dialog);
	x = x < rect.x ? rect.x : x;
	for (size_t i = 0; i < dialog->button_count; i++) {
		struct dialog_button_state *button = &dialog->buttons[i];
		bool focused = dialog->focus == dialog->field_count + i;
		/* The focus is seen without colour too. */
		int used = canvas_printf(canvas, y, x, -1, focused ? STYLE_BUTTON_FOCUS : STYLE_BUTTON,
					 focused ? "[ %s ]" : "  %s  ", button->label);
		button->drawn = (struct rect){y, x, 1, used};
		x += used + BUTTON_GAP;
	}
}

void dialog_draw(struct dialog *dialog, struct canvas *canvas)
{
	int width = dialog_wanted_width(dialog) + 2 * (MARGIN + 1);
	width = width < canvas->width ? width : canvas->width;
	struct rect inner = {.width = width - 2 * (MARGIN + 1)};
	int text = dialog_draw_lines(dialog, NULL, inner, 0), lower = lower_rows(dialog);
	int height = text + lower + 4;
	if (height > canvas->height)
		height = canvas->height;
	struct rect rect = {(canvas->height - height) / 2, (canvas->width - width) / 2, height, width};
	bool airy = height >= text + lower + 4;
	int pad = airy ? 2 : 1;
	inner = rect_inset(rect, pad, MARGIN + 1);
	draw_frame(dialog, canvas, rect);
	inner.height = rect.height - 2 * pad - lower;
	inner.height = inner.height > 0 ? inner.height : 0;
	int most = text > inner.height ? text - inner.height : 0;
	dialog->scroll = dialog->scroll < most ? dialog->scroll : most;
	dialog_draw_lines(dialog, canvas, inner, dialog->scroll);
	if (most > 0)
		canvas_printf(canvas, rect.y + rect.height - 1, rect.x + 2, rect.width - 4, STYLE_DIM, " PgDn %d/%d ",
			      dialog->scroll + inner.height, text);
	canvas->has_cursor = false;
	struct rect below = inner;
	below.y += inner.height + (dialog->field_count > 0 && dialog->lines.len > 0);
	int y = draw_fields(dialog, canvas, below);
	if (dialog->error)
		canvas_put_fit(canvas, y++, inner.x, inner.width, STYLE_BAD, dialog->error);
	if (dialog->button_count > 0)
		dialog_draw_buttons(dialog, canvas, y + 1, inner);
}
