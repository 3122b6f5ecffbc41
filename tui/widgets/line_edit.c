/* Editing keys as readline has them, history, completion. The line may hold a password, so everything that ever held it
 * is wiped. */
#include "tui/widgets/line_edit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "api/base/str.h"
#include "api/base/text.h"

struct line_edit {
	line_edit_complete_fn *complete;
	void *data;
	char text[LINE_EDIT_MAX + 1];
	size_t len, at; /* bytes; `at` is where the next character goes */
	bool secret;
	char *choices[LINE_EDIT_CHOICES];
	size_t choice_count, chosen;      /* chosen is what the ghost shows */
	char *history[LINE_EDIT_HISTORY]; /* newest first */
	size_t history_count, history_at; /* history_at 0 = the line being typed, n = history[n - 1] */
	char *typed;                      /* the line while history is looked at */
};

static void clear_choices(struct line_edit *edit)
{
	for (size_t i = 0; i < edit->choice_count; i++)
		free(edit->choices[i]);
	edit->choice_count = edit->chosen = 0;
}

static void on_offer(void *context, const char *whole_line)
{
	struct line_edit *edit = context;
	if (edit->choice_count < LINE_EDIT_CHOICES && strlen(whole_line) <= LINE_EDIT_MAX)
		edit->choices[edit->choice_count++] = mem_strdup(whole_line);
}

static void ask_choices(struct line_edit *edit)
{
	clear_choices(edit);
	if (edit->complete && !edit->secret && edit->len > 0 && edit->at == edit->len)
		edit->complete(edit->data, edit->text, on_offer, edit);
}

struct line_edit *line_edit_create(line_edit_complete_fn *complete, void *data)
{
	struct line_edit *edit = mem_alloc(sizeof *edit);
	edit->complete = complete;
	edit->data = data;
	return edit;
}

static void line_edit_wipe(struct line_edit *edit)
{
	/* volatile: the compiler may not leave it out. */
	volatile char *text = edit->text;
	for (size_t i = 0; i < sizeof edit->text; i++)
		text[i] = 0;
}

void line_edit_destroy(struct line_edit *edit)
{
	if (!edit)
		return;
	clear_choices(edit);
	for (size_t i = 0; i < edit->history_count; i++)
		free(edit->history[i]);
	free(edit->typed);
	line_edit_wipe(edit);
	free(edit);
}

const char *line_edit_text(const struct line_edit *edit)
{
	return edit->text;
}

static void replace_text(struct line_edit *edit, const char *text)
{
	size_t len = strlen(text);
	len = len < LINE_EDIT_MAX ? len : LINE_EDIT_MAX;
	memmove(edit->text, text, len);
	edit->text[len] = '\0';
	edit->len = edit->at = len;
}

void line_edit_set(struct line_edit *edit, const char *text)
{
	replace_text(edit, text);
	edit->history_at = 0;
	ask_choices(edit);
}

void line_edit_set_secret(struct line_edit *edit, bool secret)
{
	edit->secret = secret;
	line_edit_wipe(edit);
	edit->len = edit->at = 0;
	clear_choices(edit);
}

/* ---- history ---- */

void line_edit_remember(struct line_edit *edit)
{
	if (edit->secret || edit->len == 0 || (edit->history_count > 0 && str_eq(edit->history[0], edit->text)))
		return;
	if (edit->history_count == LINE_EDIT_HISTORY)
		free(edit->history[--edit->history_count]);
	memmove(edit->history + 1, edit->history, edit->history_count * sizeof *edit->history);
	edit->history[0] = mem_strdup(edit->text);
	edit->history_count++;
	edit->history_at = 0;
}

const char *line_edit_history(const struct line_edit *edit, size_t back)
{
	return back < edit->history_count ? edit->history[back] : NULL;
}

static bool walk_history(struct line_edit *edit, int step)
{
	if (edit->secret || (step > 0 ? edit->history_at >= edit->history_count : edit->history_at == 0))
		return false;
	if (edit->history_at == 0) {
		free(edit->typed);
		edit->typed = mem_strdup(edit->text);
	}
	edit->history_at = step > 0 ? edit->history_at + 1 : edit->history_at - 1;
	replace_text(edit, edit->history_at == 0 ? edit->typed : edit->history[edit->history_at - 1]);
	clear_choices(edit);
	return true;
}

/* ---- editing ---- */

static bool line_edit_insert(struct line_edit *edit, const char *bytes, size_t len)
{
	if (len == 0 || len > LINE_EDIT_MAX - edit->len)
		return false;
	memmove(edit->text + edit->at + len, edit->text + edit->at, edit->len - edit->at + 1);
	memcpy(edit->text + edit->at, bytes, len);
	edit->len += len;
	edit->at += len;
	return true;
}

static bool line_edit_erase(struct line_edit *edit, size_t from, size_t to)
{
	if (from >= to)
		return false;
	memmove(edit->text + from, edit->text + to, edit->len - to + 1);
	edit->len -= to - from;
	edit->at = from;
	return true;
}

/* A character is its base and the marks that combine with it. */
static size_t next_character(const struct line_edit *edit, size_t at)
{
	int32_t codepoint;
	at += text_decode(edit->text + at, edit->len - at, &codepoint);
	while (at < edit->len) {
		size_t used = text_decode(edit->text + at, edit->len - at, &codepoint);
		if (text_codepoint_width(codepoint) > 0)
			break;
		at += used;
	}
	return at;
}

static size_t previous_character(const struct line_edit *edit, size_t at)
{
	size_t start = 0;
	for (size_t next = 0; next < at; next = next_character(edit, next))
		start = next;
	return start;
}

static size_t previous_word(const struct line_edit *edit, size_t at)
{
	while (at > 0 && edit->text[at - 1] == ' ')
		at--;
	while (at > 0 && edit->text[at - 1] != ' ')
		at--;
	return at;
}

static bool insert_key(struct line_edit *edit, uint32_t codepoint)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)codepoint, bytes);
	return line_edit_insert(edit, (const char *)bytes, len > 0 ? (size_t)len : 0);
}

/* Whatever was pasted becomes text on this line and nothing else. */
static bool line_edit_paste(struct line_edit *edit, const char *text, size_t len)
{
	bool changed = false;
	for (size_t at = 0; at < len;) {
		int32_t codepoint;
		size_t used = text_decode(text + at, len - at, &codepoint);
		if (codepoint == '\n' || codepoint == '\t')
			changed |= line_edit_insert(edit, " ", 1);
		else if (!text_is_unsafe(codepoint))
			changed |= line_edit_insert(edit, text + at, used);
		at += used;
	}
	return changed;
}

static bool accept_choice(struct line_edit *edit)
{
	if (edit->choice_count == 0 || edit->at != edit->len)
		return false;
	replace_text(edit, edit->choices[edit->chosen]);
	ask_choices(edit);
	return true;
}

static bool line_edit_step_choice(struct line_edit *edit, int step)
{
	if (edit->choice_count == 0)
		return false;
	edit->chosen = (edit->chosen + edit->choice_count + (size_t)(step > 0 ? 1 : edit->choice_count - 1)) %
		       edit->choice_count;
	return true;
}

/* ---- keys ---- */

static enum line_edit_answer changed_if(struct line_edit *edit, bool changed)
{
	if (!changed)
		return LINE_EDIT_TOOK;
	edit->history_at = 0;
	ask_choices(edit);
	return LINE_EDIT_CHANGED;
}

static enum line_edit_answer move_to(struct line_edit *edit, size_t at)
{
	edit->at = at;
	if (at != edit->len)
		clear_choices(edit);
	else if (edit->choice_count == 0)
		ask_choices(edit);
	return LINE_EDIT_TOOK;
}

static enum line_edit_answer line_edit_on_enter(struct line_edit *edit)
{
	return LINE_EDIT_ACCEPTED;
}

static enum line_edit_answer on_escape(struct line_edit *edit)
{
	return LINE_EDIT_CANCELLED;
}

static enum line_edit_answer on_backspace(struct line_edit *edit)
{
	if (edit->len == 0)
		return LINE_EDIT_CANCELLED;
	return changed_if(edit, line_edit_erase(edit, previous_character(edit, edit->at), edit->at));
}

static enum line_edit_answer on_delete(struct line_edit *edit)
{
	return changed_if(edit, line_edit_erase(edit, edit->at, next_character(edit, edit->at)));
}

static enum line_edit_answer line_edit_on_left(struct line_edit *edit)
{
	return move_to(edit, previous_character(edit, edit->at));
}

static enum line_edit_answer on_right(struct line_edit *edit)
{
	if (accept_choice(edit))
		return LINE_EDIT_CHANGED;
	return move_to(edit, next_character(edit, edit->at));
}

static enum line_edit_answer on_home(struct line_edit *edit)
{
	return move_to(edit, 0);
}

static enum line_edit_answer on_end(struct line_edit *edit)
{
	return move_to(edit, edit->len);
}

static enum line_edit_answer on_tab(struct line_edit *edit)
{
	return accept_choice(edit) ? LINE_EDIT_CHANGED : LINE_EDIT_TOOK;
}

static enum line_edit_answer on_up(struct line_edit *edit)
{
	if (line_edit_step_choice(edit, -1))
		return LINE_EDIT_TOOK;
	return walk_history(edit, 1) ? LINE_EDIT_CHANGED : LINE_EDIT_TOOK;
}

static enum line_edit_answer on_down(struct line_edit *edit)
{
	if (line_edit_step_choice(edit, 1))
		return LINE_EDIT_TOOK;
	return walk_history(edit, -1) ? LINE_EDIT_CHANGED : LINE_EDIT_TOOK;
}

static enum line_edit_answer on_kill_all(struct line_edit *edit)
{
	return changed_if(edit, line_edit_erase(edit, 0, edit->len));
}

static enum line_edit_answer on_kill_word(struct line_edit *edit)
{
	return changed_if(edit, line_edit_erase(edit, previous_word(edit, edit->at), edit->at));
}

static enum line_edit_answer on_kill_rest(struct line_edit *edit)
{
	return changed_if(edit, line_edit_erase(edit, edit->at, edit->len));
}

static const struct {
	struct key key;
	enum line_edit_answer (*act)(struct line_edit *edit);
} line_edit_keys[] = {
	{{KEY_CODE_ENTER, 0}, line_edit_on_enter},
	{{KEY_CODE_ESCAPE, 0}, on_escape},
	{{'c', KEY_MOD_CTRL}, on_escape},
	{{KEY_CODE_BACKSPACE, 0}, on_backspace},
	{{KEY_CODE_DELETE, 0}, on_delete},
	{{'d', KEY_MOD_CTRL}, on_delete},
	{{KEY_CODE_LEFT, 0}, line_edit_on_left},
	{{'b', KEY_MOD_CTRL}, line_edit_on_left},
	{{KEY_CODE_RIGHT, 0}, on_right},
	{{'f', KEY_MOD_CTRL}, on_right},
	{{KEY_CODE_HOME, 0}, on_home},
	{{'a', KEY_MOD_CTRL}, on_home},
	{{KEY_CODE_END, 0}, on_end},
	{{'e', KEY_MOD_CTRL}, on_end},
	{{KEY_CODE_TAB, 0}, on_tab},
	{{KEY_CODE_UP, 0}, on_up},
	{{KEY_CODE_DOWN, 0}, on_down},
	{{'u', KEY_MOD_CTRL}, on_kill_all},
	{{'w', KEY_MOD_CTRL}, on_kill_word},
	{{'k', KEY_MOD_CTRL}, on_kill_rest},
};

enum line_edit_answer line_edit_event(struct line_edit *edit, const struct event *event)
{
	if (event->type == EVENT_PASTE)
		return changed_if(edit, line_edit_paste(edit, event->paste.text, event->paste.len));
	if (event->type != EVENT_KEY)
		return LINE_EDIT_IGNORED;
	for (size_t i = 0; i < ARRAY_LEN(line_edit_keys); i++)
		if (key_equal(line_edit_keys[i].key, event->key))
			return line_edit_keys[i].act(edit);
	if (!key_is_text(event->key))
		return LINE_EDIT_IGNORED;
	return changed_if(edit, insert_key(edit, event->key.code));
}

/* ---- drawing ---- */

static const char *line_edit_ghost(const struct line_edit *edit)
{
	if (edit->choice_count == 0 || edit->at != edit->len)
		return "";
	const char *choice = edit->choices[edit->chosen];
	return str_has_prefix(choice, edit->text) ? choice + edit->len : "";
}

static int columns_before(const struct line_edit *edit, size_t from, size_t to)
{
	CLEANUP(free) char *part = mem_strndup(edit->text + from, to - from);
	return canvas_text_width(part);
}

/* The first byte drawn, so that the cursor is within the room. */
static size_t first_drawn(const struct line_edit *edit, int room)
{
	size_t from = 0;
	while (from < edit->at && columns_before(edit, from, edit->at) >= room)
		from = next_character(edit, from);
	return from;
}

void line_edit_draw(const struct line_edit *edit, struct canvas *canvas, struct rect rect, const char *prompt,
		    bool focused)
{
	canvas_fill(canvas, (struct rect){rect.y, rect.x, 1, rect.width}, STYLE_TEXT, ' ');
	int x = rect.x + canvas_put(canvas, rect.y, rect.x, rect.width, STYLE_PROMPT, prompt);
	int room = rect.x + rect.width - x;
	if (room <= 0)
		return;
	int cursor;
	if (edit->secret) {
		size_t stars = utf8proc_decompose((const utf8proc_uint8_t *)edit->text, (utf8proc_ssize_t)edit->len,
						  NULL, 0, 0);
		cursor = stars < (size_t)room ? (int)stars : room - 1;
		canvas_fill(canvas, (struct rect){rect.y, x, 1, cursor}, STYLE_TEXT, '*');
	} else {
		size_t from = first_drawn(edit, room);
		int used = canvas_put(canvas, rect.y, x, room, STYLE_TEXT, edit->text + from);
		canvas_put(canvas, rect.y, x + used, room - used, STYLE_GHOST, line_edit_ghost(edit));
		cursor = columns_before(edit, from, edit->at);
	}
	if (!focused)
		return;
	canvas->has_cursor = true;
	canvas->cursor_y = rect.y;
	canvas->cursor_x = x + cursor;
}

int line_edit_draw_choices(const struct line_edit *edit, struct canvas *canvas, struct rect rect)
{
	int rows = edit->choice_count < (size_t)rect.height ? (int)edit->choice_count : rect.height;
	size_t first = edit->chosen >= (size_t)rows && rows > 0 ? edit->chosen - (size_t)rows + 1 : 0;
	for (int i = 0; i < rows; i++) {
		size_t at = first + (size_t)i;
		struct rect line = {rect.y + i, rect.x, 1, rect.width};
		canvas_put_fit(canvas, line.y, line.x, line.width, STYLE_TEXT, edit->choices[at]);
		if (at == edit->chosen)
			canvas_modify(canvas, line, STYLE_ON_CURSOR);
	}
	return rows > 0 ? rows : 0;
}

const char *line_edit_suggestion(const struct line_edit *edit)
{
	return *line_edit_ghost(edit) ? edit->choices[edit->chosen] : edit->text;
}

size_t line_edit_choice_count(const struct line_edit *edit)
{
	return edit->choice_count;
}
