/* Plays a tape on the loop: one step at a time, each from a timer, so that the program under the tape does its work
 * in between. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/base/text.h"
#include "tui/tape/tape_private.h"
#include "tui/theme/theme.h"

enum { POLL_MS = 10 };

static const int64_t tape_player_defaults[TAPE_SETTINGS] = {
	[TAPE_TYPING_SPEED] = 0,
	[TAPE_WAIT_TIMEOUT] = 15000,
	[TAPE_KEY_TIMEOUT] = 5000,
	[TAPE_AUTO_WAIT] = true,
};

struct tape_player {
	struct loop *loop;
	const struct tape *tape;
	struct tape_target target;
	struct tape_options options;
	tape_done_fn *done;
	void *data;
	struct loop_timer *timer;
	int64_t settings[TAPE_SETTINGS];
	size_t at;             /* command */
	size_t part;           /* of it: bytes typed, keys pressed, 1 = slept */
	int64_t waiting_since; /* TAPE_NOT_SET = not waiting */
	uint64_t key_frame;    /* the frame on the screen when the last key was sent */
	bool key_sent;
	char *clipboard;
	const char *section;
	bool finished;
	int exit_code;
};

/* What a step did. */
enum tape_player_progress {
	NEXT /* command */,
	AGAIN /* the same, at once */,
	LATER /* the same, after a while */,
	PAUSED /* timer armed */,
	OVER
};

/* ---- the end ---- */

static enum tape_player_progress tape_player_finish(struct tape_player *player, int exit_code)
{
	player->finished = true;
	player->exit_code = exit_code;
	return OVER;
}

static const struct tape_command *tape_player_current(const struct tape_player *player)
{
	return &player->tape->commands.items[player->at];
}

static enum tape_player_progress tape_player_fail(struct tape_player *player, int exit_code, const char *format, ...)
	PRINTF_LIKE(3, 4);
static enum tape_player_progress tape_player_fail(struct tape_player *player, int exit_code, const char *format, ...)
{
	FILE *report = player->options.report;
	const struct tape_command *command = tape_player_current(player);
	if (report) {
		va_list args;
		struct buf sentence = BUF_INIT(TAPE_FILE_MAX);
		buf_printf(&sentence, "%s:%d:%d: ", command->file, command->line, command->column);
		if (player->section)
			buf_printf(&sentence, "[%s] ", player->section);
		va_start(args, format);
		buf_vprintf(&sentence, format, args);
		va_end(args);
		tape_report_sentence(report, buf_str(&sentence));
		buf_finish(&sentence);
		tape_report_screen(report, player->target.screen(player->target.data));
		fflush(report);
	}
	return tape_player_finish(player, exit_code);
}

/* ---- what is on the screen ---- */

static const struct canvas *tape_player_screen(const struct tape_player *player)
{
	return player->target.screen(player->target.data);
}

static bool is_idle(const struct tape_player *player)
{
	return player->target.is_idle(player->target.data);
}

/* Drawn at or after the last key; or there is nothing more to be drawn. */
static bool tape_player_is_fresh(const struct tape_player *player)
{
	return !player->key_sent || tape_player_screen(player)->frame > player->key_frame || is_idle(player);
}

static bool tape_player_row_matches(const struct tape_player *player, const struct pattern *pattern, int y)
{
	struct buf row = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_append_row(tape_player_screen(player), y, &row);
	bool found = pattern_match(pattern, buf_str(&row), row.len);
	buf_finish(&row);
	return found;
}

static bool line_matches(const struct tape_player *player, const struct tape_command *command)
{
	const struct canvas *canvas = tape_player_screen(player);
	if (command->row != TAPE_ANY_LINE)
		return command->row <= canvas->height &&
		       tape_player_row_matches(player, command->pattern, command->row - 1);
	if (canvas->has_cursor)
		return canvas_at(canvas, canvas->cursor_y, 0) &&
		       tape_player_row_matches(player, command->pattern, canvas->cursor_y);
	for (int y = 0; y < canvas->height; y++)
		if (tape_player_row_matches(player, command->pattern, y))
			return true;
	return false;
}

static bool tape_player_matches(const struct tape_player *player, const struct tape_command *command)
{
	if (command->scope == TAPE_LINE)
		return line_matches(player, command);
	struct buf text = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_append_text(tape_player_screen(player), &text);
	bool found = pattern_match(command->pattern, buf_str(&text), text.len);
	buf_finish(&text);
	return found;
}

/* ---- waiting ---- */

/* True while it may still come; then the player looks again later. */
static bool may_wait(struct tape_player *player, int64_t limit_ms)
{
	int64_t now = loop_now_ms(player->loop);
	if (player->waiting_since == TAPE_NOT_SET)
		player->waiting_since = now;
	return now - player->waiting_since < limit_ms;
}

static enum tape_player_progress run_wait(struct tape_player *player, const struct tape_command *command)
{
	int64_t limit = command->time_ms != TAPE_NOT_SET ? command->time_ms : player->settings[TAPE_WAIT_TIMEOUT];
	if (tape_player_is_fresh(player) && tape_player_matches(player, command))
		return NEXT;
	if (may_wait(player, limit))
		return LATER;
	return tape_player_fail(player, TAPE_TIMEOUT, "timed out after %lld ms waiting for /%s/", (long long)limit,
				command->text);
}

static enum tape_player_progress run_wait_idle(struct tape_player *player, const struct tape_command *command)
{
	int64_t limit = command->time_ms != TAPE_NOT_SET ? command->time_ms : player->settings[TAPE_WAIT_TIMEOUT];
	if (is_idle(player))
		return NEXT;
	if (may_wait(player, limit))
		return LATER;
	return tape_player_fail(player, TAPE_TIMEOUT, "the program is still busy after %lld ms", (long long)limit);
}

/* Before whatever looks or presses. NEXT = ready. */
static enum tape_player_progress tape_player_settle(struct tape_player *player)
{
	int64_t limit = player->settings[TAPE_KEY_TIMEOUT];
	bool looks =
		tape_player_current(player)->op >= TAPE_EXPECT && tape_player_current(player)->op <= TAPE_SCREENSHOT;
	bool ready = player->settings[TAPE_AUTO_WAIT] ? is_idle(player) : !looks || tape_player_is_fresh(player);
	if (ready) {
		player->waiting_since = TAPE_NOT_SET;
		return NEXT;
	}
	if (may_wait(player, limit))
		return LATER;
	return tape_player_fail(player, TAPE_TIMEOUT,
				"the program is still busy after %lld ms (see Set KeyTimeout, Set AutoWait)",
				(long long)limit);
}

/* ---- keys ---- */

static void tape_player_send(struct tape_player *player, const struct event *event)
{
	player->key_frame = tape_player_screen(player)->frame;
	player->key_sent = true;
	player->target.send(player->target.data, event);
}

static enum tape_player_progress pause_for(struct tape_player *player, int64_t ms)
{
	loop_timer_arm(player->timer, ms);
	return PAUSED;
}

static enum tape_player_progress after_key(struct tape_player *player, const struct tape_command *command)
{
	int64_t ms = command->time_ms != TAPE_NOT_SET ? command->time_ms : player->settings[TAPE_TYPING_SPEED];
	return ms > 0 ? pause_for(player, ms) : AGAIN;
}

static enum tape_player_progress run_key(struct tape_player *player, const struct tape_command *command)
{
	player->part++;
	struct event event = event_key(command->key);
	tape_player_send(player, &event);
	return after_key(player, command);
}

static enum tape_player_progress run_type(struct tape_player *player, const struct tape_command *command)
{
	const char *rest = command->text + player->part;
	int32_t codepoint;
	player->part += text_decode(rest, strlen(rest), &codepoint);
	if (codepoint < 0)
		return AGAIN;
	struct event event = event_key(tape_key_of_character(codepoint));
	tape_player_send(player, &event);
	return after_key(player, command);
}

static enum tape_player_progress run_copy(struct tape_player *player, const struct tape_command *command)
{
	free(player->clipboard);
	player->clipboard = mem_strdup(command->text);
	return NEXT;
}

static enum tape_player_progress run_paste(struct tape_player *player, const struct tape_command *command)
{
	struct event event = {.type = EVENT_PASTE};
	event.paste.text = str_or(player->clipboard, "");
	event.paste.len = strlen(event.paste.text);
	tape_player_send(player, &event);
	return NEXT;
}

/* ---- expectations ---- */

static enum tape_player_progress run_expect(struct tape_player *player, const struct tape_command *command)
{
	bool wanted = command->op == TAPE_EXPECT;
	if (tape_player_matches(player, command) == wanted)
		return NEXT;
	return tape_player_fail(player, TAPE_EXPECTATION,
				wanted ? "/%s/ is not on the screen" : "/%s/ is on the screen", command->text);
}

static const char *tape_player_base(const struct tape_player *player)
{
	return str_or(player->options.base, ".");
}

static enum tape_player_progress tape_player_save(struct tape_player *player, const char *path,
						  const struct buf *content)
{
	struct err err = {0};
	return tape_golden_write(tape_player_base(player), path, content, &err)
		       ? NEXT
		       : tape_player_fail(player, TAPE_EXPECTATION, "%s", err.text);
}

static enum tape_player_progress tape_player_compare(struct tape_player *player, const char *path,
						     const struct buf *actual)
{
	struct err err = {0};
	struct buf expected = BUF_INIT(CANVAS_EXPORT_MAX);
	enum tape_player_progress progress = NEXT;
	if (!tape_golden_read(tape_player_base(player), path, &expected, &err)) {
		progress = tape_player_fail(player, TAPE_EXPECTATION,
					    "no golden screen: %s; replay with --update creates it", err.text);
	} else if (!str_eq(buf_str(&expected), buf_str(actual))) {
		if (player->options.report)
			tape_report_diff(player->options.report, buf_str(&expected), buf_str(actual));
		progress = tape_player_fail(player, TAPE_EXPECTATION, "the screen differs from %s", path);
	}
	buf_finish(&expected);
	return progress;
}

static enum tape_player_progress run_golden(struct tape_player *player, const struct tape_command *command)
{
	const char *path = command->text;
	struct buf text = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_append_text(tape_player_screen(player), &text);
	tape_golden_mask(command, &text);
	enum tape_player_progress progress = player->options.update ? tape_player_save(player, path, &text)
								    : tape_player_compare(player, path, &text);
	buf_finish(&text);
	return progress;
}

static enum tape_player_progress run_screenshot(struct tape_player *player, const struct tape_command *command)
{
	const char *path = command->text;
	struct buf content = BUF_INIT(CANVAS_EXPORT_MAX);
	enum colour_mode colours = player->tape->settings.colours;
	if (str_has_suffix(path, ".svg"))
		canvas_append_svg(tape_player_screen(player),
				  player->options.theme ? player->options.theme : theme_default(),
				  colours == COLOUR_MODE_AUTO ? COLOUR_MODE_TRUE : colours, "mqdeck", &content);
	else
		canvas_append_text(tape_player_screen(player), &content);
	enum tape_player_progress progress = tape_player_save(player, path, &content);
	buf_finish(&content);
	return progress;
}

/* ---- the rest ---- */

static enum tape_player_progress run_sleep(struct tape_player *player, const struct tape_command *command)
{
	if (player->part++ > 0)
		return NEXT;
	return pause_for(player, command->number);
}

static enum tape_player_progress run_section(struct tape_player *player, const struct tape_command *command)
{
	player->section = command->text;
	return NEXT;
}

static enum tape_player_progress run_resize(struct tape_player *player, const struct tape_command *command)
{
	if (!player->target.resize)
		return tape_player_fail(player, TAPE_PARSE, "the size cannot be changed here");
	player->key_frame = tape_player_screen(player)->frame;
	player->key_sent = true;
	player->target.resize(player->target.data, command->height, command->width);
	return NEXT;
}

static enum tape_player_progress run_set(struct tape_player *player, const struct tape_command *command)
{
	player->settings[command->setting] = command->number;
	return NEXT;
}

static enum tape_player_progress run_exit(struct tape_player *player, const struct tape_command *command)
{
	return tape_player_finish(player, (int)command->number);
}

static const struct {
	enum tape_player_progress (*run)(struct tape_player *player, const struct tape_command *command);
	bool settled; /* waits for the program to be idle first */
} tape_player_commands[] = {
	[TAPE_KEY] = {run_key, true},
	[TAPE_TYPE] = {run_type, true},
	[TAPE_COPY] = {run_copy, false},
	[TAPE_PASTE] = {run_paste, true},
	[TAPE_SLEEP] = {run_sleep, false},
	[TAPE_WAIT] = {run_wait, false},
	[TAPE_WAIT_IDLE] = {run_wait_idle, false},
	[TAPE_EXPECT] = {run_expect, true},
	[TAPE_EXPECT_NOT] = {run_expect, true},
	[TAPE_GOLDEN] = {run_golden, true},
	[TAPE_SCREENSHOT] = {run_screenshot, true},
	[TAPE_SECTION] = {run_section, false},
	[TAPE_RESIZE] = {run_resize, true},
	[TAPE_SET] = {run_set, false},
	[TAPE_EXIT] = {run_exit, false},
};

/* Everything of it was pressed: what comes of it is for the next command to wait for. */
static bool is_spent(const struct tape_player *player, const struct tape_command *command)
{
	if (command->op == TAPE_KEY)
		return (int64_t)player->part >= command->number;
	return command->op == TAPE_TYPE && !command->text[player->part];
}

static enum tape_player_progress run_step(struct tape_player *player)
{
	if (player->at >= player->tape->commands.len)
		return tape_player_finish(player, TAPE_OK);
	const struct tape_command *command = tape_player_current(player);
	if (is_spent(player, command))
		return NEXT;
	if (tape_player_commands[command->op].settled) {
		enum tape_player_progress progress = tape_player_settle(player);
		if (progress != NEXT)
			return progress;
	}
	return tape_player_commands[command->op].run(player, command);
}

static void tape_player_on_timer(void *data)
{
	struct tape_player *player = data;
	enum tape_player_progress progress = run_step(player);
	if (progress == NEXT) {
		player->at++;
		player->part = 0;
		player->waiting_since = TAPE_NOT_SET;
	}
	if (progress == OVER)
		player->done(player->data, player->exit_code);
	else if (progress != PAUSED)
		loop_timer_arm(player->timer, progress == LATER ? POLL_MS : 0);
}

/* ---- from outside ---- */

struct tape_player *tape_player_create(struct loop *loop, const struct tape *tape, const struct tape_target *target,
				       const struct tape_options *options, tape_done_fn *done, void *data)
{
	struct tape_player *player = mem_alloc(sizeof *player);
	*player = (struct tape_player){.loop = loop, .tape = tape, .target = *target, .options = *options};
	player->done = done;
	player->data = data;
	player->waiting_since = TAPE_NOT_SET;
	memcpy(player->settings, tape_player_defaults, sizeof tape_player_defaults);
	player->timer = loop_timer_create(loop, tape_player_on_timer, player);
	return player;
}

void tape_player_destroy(struct tape_player *player)
{
	if (!player)
		return;
	loop_timer_destroy(player->timer);
	free(player->clipboard);
	free(player);
}

void tape_player_start(struct tape_player *player)
{
	for (size_t i = 0; player->options.report && i < tape_note_count(player->tape); i++)
		tape_report_sentence(player->options.report, tape_note(player->tape, i));
	loop_timer_arm(player->timer, 0);
}

bool tape_player_is_done(const struct tape_player *player)
{
	return player->finished;
}

int tape_player_exit(const struct tape_player *player)
{
	return player->exit_code;
}
