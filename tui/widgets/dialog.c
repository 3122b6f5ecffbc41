/* The state of a dialog: focus, fields, buttons, and what Enter means where. A careful dialog opens with the focus on a
 * button that confirms nothing. */
#include "tui/widgets/dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/base/text.h"
#include "tui/widgets/dialog_private.h"

enum { CHOICES_MAX = 200, DIGITS_MAX = 9 };

/* ---- making ---- */

static void copy_lines(struct dialog *dialog, const char *const *lines)
{
	vec_each (&dialog->lines, line)
		free(*line);
	vec_clear(&dialog->lines);
	for (size_t i = 0; lines && lines[i] && i < DIALOG_LINES_MAX; i++)
		vec_push(&dialog->lines, text_clean_dup(lines[i]));
}

static void add_field(struct dialog *dialog, const struct dialog_field *from)
{
	struct dialog_field_state *field = &dialog->fields[dialog->field_count++];
	field->label = mem_strdup(from->label);
	field->kind = from->kind;
	for (size_t i = 0; from->choices && from->choices[i] && i < CHOICES_MAX; i++) {
		vec_push(&field->choices, mem_strdup(from->choices[i]));
		if (str_eq(from->choices[i], from->value))
			field->choice = i;
	}
	field->edit = line_edit_create(NULL, NULL);
	if (field->kind == DIALOG_FIELD_SECRET)
		line_edit_set_secret(field->edit, true);
	if (field->kind == DIALOG_FIELD_TYPED)
		field->expected = mem_strdup(str_or(from->value, ""));
	else
		line_edit_set(field->edit, str_or(from->value, ""));
}

static size_t first_focus(const struct dialog *dialog, bool careful)
{
	if (dialog->field_count > 0)
		return 0;
	for (size_t i = 0; careful && i < dialog->button_count; i++)
		if (!dialog->buttons[i].confirms)
			return i;
	return 0;
}

struct dialog *dialog_create(const struct dialog_spec *spec)
{
	struct dialog *dialog = mem_alloc(sizeof *dialog);
	dialog->title = text_clean_dup(str_or(spec->title, ""));
	dialog->severity = spec->severity;
	copy_lines(dialog, spec->lines);
	for (size_t i = 0; i < DIALOG_FIELDS_MAX && spec->fields[i].label; i++)
		add_field(dialog, &spec->fields[i]);
	for (size_t i = 0; i < DIALOG_BUTTONS_MAX && spec->buttons[i].label; i++) {
		struct dialog_button_state *button = &dialog->buttons[dialog->button_count++];
		*button = (struct dialog_button_state){.label = mem_strdup(spec->buttons[i].label),
						       .id = spec->buttons[i].id,
						       .confirms = spec->buttons[i].confirms};
	}
	dialog->focus = first_focus(dialog, spec->careful);
	return dialog;
}

void dialog_destroy(struct dialog *dialog)
{
	if (!dialog)
		return;
	copy_lines(dialog, NULL);
	vec_finish(&dialog->lines);
	for (size_t i = 0; i < dialog->field_count; i++) {
		struct dialog_field_state *field = &dialog->fields[i];
		vec_each (&field->choices, choice)
			free(*choice);
		vec_finish(&field->choices);
		line_edit_destroy(field->edit);
		free(field->label);
		free(field->expected);
	}
	for (size_t i = 0; i < dialog->button_count; i++)
		free(dialog->buttons[i].label);
	free(dialog->title);
	free(dialog->error);
	free(dialog);
}

/* ---- asking ---- */

int dialog_result(const struct dialog *dialog)
{
	return dialog->result;
}

static bool has_choices(const struct dialog_field_state *field)
{
	return field->kind == DIALOG_FIELD_CHOICE || field->kind == DIALOG_FIELD_MENU;
}

const char *dialog_value(const struct dialog *dialog, size_t at)
{
	if (at >= dialog->field_count)
		return "";
	const struct dialog_field_state *field = &dialog->fields[at];
	if (has_choices(field))
		return field->choice < field->choices.len ? field->choices.items[field->choice] : "";
	return line_edit_text(field->edit);
}

size_t dialog_choice(const struct dialog *dialog, size_t field)
{
	return field < dialog->field_count ? dialog->fields[field].choice : 0;
}

void dialog_set_error(struct dialog *dialog, const char *sentence)
{
	free(dialog->error);
	dialog->error = text_clean_dup(sentence);
}

/* ---- focus and buttons ---- */

static size_t focus_count(const struct dialog *dialog)
{
	return dialog->field_count + dialog->button_count;
}

static struct dialog_field_state *focused_field(struct dialog *dialog)
{
	return dialog->focus < dialog->field_count ? &dialog->fields[dialog->focus] : NULL;
}

static void dialog_move_focus(struct dialog *dialog, int step)
{
	size_t count = focus_count(dialog);
	if (count > 0)
		dialog->focus = (dialog->focus + count + (size_t)(step > 0 ? 1 : count - 1)) % count;
}

static const struct dialog_field_state *wrongly_typed(const struct dialog *dialog)
{
	for (size_t i = 0; i < dialog->field_count; i++)
		if (dialog->fields[i].kind == DIALOG_FIELD_TYPED &&
		    !str_eq(line_edit_text(dialog->fields[i].edit), dialog->fields[i].expected))
			return &dialog->fields[i];
	return NULL;
}

static enum dialog_answer press_button(struct dialog *dialog, size_t at)
{
	const struct dialog_button_state *button = &dialog->buttons[at];
	const struct dialog_field_state *wrong = button->confirms ? wrongly_typed(dialog) : NULL;
	if (wrong) {
		CLEANUP(free) char *sentence = str_printf("Type %s to confirm.", wrong->expected);
		dialog_set_error(dialog, sentence);
		dialog->focus = (size_t)(wrong - dialog->fields);
		return DIALOG_OPEN;
	}
	dialog->result = button->id;
	return DIALOG_DONE;
}

static enum dialog_answer dialog_on_enter(struct dialog *dialog)
{
	const struct dialog_field_state *field = focused_field(dialog);
	if (field && field->kind == DIALOG_FIELD_MENU && dialog->button_count == 0)
		return DIALOG_DONE;
	if (focus_count(dialog) == 0)
		return DIALOG_CANCELLED;
	if (!field)
		return press_button(dialog, dialog->focus - dialog->field_count);
	dialog_move_focus(dialog, 1);
	return DIALOG_OPEN;
}

/* ---- fields ---- */

static bool dialog_step_choice(struct dialog_field_state *field, int step)
{
	size_t count = field->choices.len;
	if (count == 0)
		return false;
	field->choice = (field->choice + count + (size_t)(step > 0 ? 1 : count - 1)) % count;
	return true;
}

static void count_number(struct dialog_field_state *field, int step)
{
	int64_t number;
	char text[24];
	if (!str_to_i64(line_edit_text(field->edit), &number))
		number = 0;
	number += step;
	snprintf(text, sizeof text, "%lld", (long long)(number > 0 ? number : 0));
	line_edit_set(field->edit, text);
}

static bool dialog_is_up(struct key key)
{
	return key_equal(key, (struct key){KEY_CODE_UP, 0});
}

static bool is_down(struct key key)
{
	return key_equal(key, (struct key){KEY_CODE_DOWN, 0});
}

static bool choice_key(struct dialog_field_state *field, struct key key)
{
	bool menu = field->kind == DIALOG_FIELD_MENU;
	if (menu ? dialog_is_up(key) || key_equal(key, (struct key){'k', 0})
		 : key_equal(key, (struct key){KEY_CODE_LEFT, 0}))
		return dialog_step_choice(field, -1);
	if (menu ? is_down(key) || key_equal(key, (struct key){'j', 0})
		 : key_equal(key, (struct key){KEY_CODE_RIGHT, 0}) || key_equal(key, (struct key){' ', 0}))
		return dialog_step_choice(field, 1);
	return false;
}

static bool number_key(struct dialog_field_state *field, const struct event *event)
{
	struct key key = event->key;
	if (dialog_is_up(key) || is_down(key)) {
		count_number(field, dialog_is_up(key) ? 1 : -1);
		return true;
	}
	bool text = key_is_text(key);
	if (text && (key.code < '0' || key.code > '9' || strlen(line_edit_text(field->edit)) >= DIGITS_MAX))
		return true;
	return line_edit_event(field->edit, event) != LINE_EDIT_IGNORED;
}

/* True when the field took it. Enter, Esc and what moves the focus were taken before. */
static bool field_event(struct dialog *dialog, struct dialog_field_state *field, const struct event *event)
{
	bool paste = event->type == EVENT_PASTE;
	if (has_choices(field))
		return !paste && choice_key(field, event->key);
	if (paste && field->kind == DIALOG_FIELD_TYPED) {
		dialog_set_error(dialog, "Type this name; it cannot be pasted.");
		return true;
	}
	if (field->kind == DIALOG_FIELD_NUMBER)
		return paste || number_key(field, event);
	if (!paste && (dialog_is_up(event->key) || is_down(event->key)))
		return false;
	return line_edit_event(field->edit, event) != LINE_EDIT_IGNORED;
}

/* ---- events ---- */

static void dialog_scroll(struct dialog *dialog, int rows)
{
	dialog->scroll += rows;
	dialog->scroll = dialog->scroll < 0 ? 0 : dialog->scroll;
}

static enum dialog_answer dialog_on_key(struct dialog *dialog, const struct event *event)
{
	static const struct {
		struct key key;
		int focus, scroll;
	} moves[] = {
		{{KEY_CODE_TAB, 0}, 1, 0},       {{KEY_CODE_TAB, KEY_MOD_SHIFT}, -1, 0},
		{{KEY_CODE_LEFT, 0}, -1, 0},     {{KEY_CODE_RIGHT, 0}, 1, 0},
		{{KEY_CODE_UP, 0}, -1, 0},       {{KEY_CODE_DOWN, 0}, 1, 0},
		{{KEY_CODE_PAGE_UP, 0}, 0, -10}, {{KEY_CODE_PAGE_DOWN, 0}, 0, 10},
	};
	struct dialog_field_state *field = focused_field(dialog);
	bool tab = event->key.code == KEY_CODE_TAB;
	dialog_set_error(dialog, NULL);
	if (key_equal(event->key, (struct key){KEY_CODE_ESCAPE, 0}) ||
	    key_equal(event->key, (struct key){'c', KEY_MOD_CTRL}))
		return DIALOG_CANCELLED;
	if (key_equal(event->key, (struct key){KEY_CODE_ENTER, 0}))
		return dialog_on_enter(dialog);
	if (field && !tab && field_event(dialog, field, event))
		return DIALOG_OPEN;
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		if (!key_equal(moves[i].key, event->key))
			continue;
		if (moves[i].focus)
			dialog_move_focus(dialog, moves[i].focus);
		dialog_scroll(dialog, moves[i].scroll);
	}
	return DIALOG_OPEN;
}

static enum dialog_answer dialog_on_mouse(struct dialog *dialog, const struct event_mouse *mouse)
{
	if (mouse->action == EVENT_MOUSE_WHEEL_UP || mouse->action == EVENT_MOUSE_WHEEL_DOWN)
		dialog_scroll(dialog, mouse->action == EVENT_MOUSE_WHEEL_UP ? -3 : 3);
	if (mouse->action != EVENT_MOUSE_PRESS || mouse->button != 1)
		return DIALOG_OPEN;
	for (size_t i = 0; i < dialog->field_count; i++) {
		struct dialog_field_state *field = &dialog->fields[i];
		if (!rect_holds(field->drawn, mouse->y, mouse->x))
			continue;
		dialog->focus = i;
		size_t row = (size_t)(mouse->y - field->drawn.y) + field->first;
		if (field->kind == DIALOG_FIELD_MENU && row < field->choices.len)
			field->choice = row;
	}
	for (size_t i = 0; i < dialog->button_count; i++) {
		if (!rect_holds(dialog->buttons[i].drawn, mouse->y, mouse->x))
			continue;
		dialog->focus = dialog->field_count + i;
		return press_button(dialog, i);
	}
	return DIALOG_OPEN;
}

enum dialog_answer dialog_event(struct dialog *dialog, const struct event *event)
{
	struct dialog_field_state *field = focused_field(dialog);
	switch (event->type) {
	case EVENT_KEY:
		return dialog_on_key(dialog, event);
	case EVENT_MOUSE:
		return dialog_on_mouse(dialog, &event->mouse);
	case EVENT_PASTE:
		if (field)
			field_event(dialog, field, event);
		return DIALOG_OPEN;
	default:
		return DIALOG_OPEN;
	}
}
