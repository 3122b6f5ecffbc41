/* The only file that knows curses. Only cells that differ from what was painted last are given to it, and its output
 * goes into memory first, so that a slow line never blocks the loop. */
#define NCURSES_WIDECHAR 1
#include "tui/terminal/terminal_curses.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "api/base/mem.h"
#include "api/base/str.h"

enum { MODIFIERS = 16, REPLACEMENT = 0xfffd };

struct curses_screen {
	SCREEN *screen;
	FILE *out, *in;
	int memory;                              /* descriptor of `out` */
	off_t taken;                             /* of what is in it */
	struct canvas *painted;                  /* what curses holds */
	struct canvas_cell row[CANVAS_SIDE_MAX]; /* the one being compared */
	struct curses_caps caps;
	char term[64];
	bool direct;
	bool all; /* nothing of `painted` counts */
	bool cursor_shown;
	struct {
		attr_t attributes;
		int pair;
		bool known;
		bool bare; /* a blank in it cannot be told from one in any other bare look */
	} looks[STYLE_COUNT][MODIFIERS];
	const struct theme *theme;
	enum colour_mode colours;
};

/* ---- terminfo ---- */

/* Old entries ask for delays ("$<20/>") that no terminal of today needs. */
static void strip_padding(const char *sequence, char out[static CURSES_SEQUENCE_MAX])
{
	size_t len = strlen(out);
	while (*sequence && len + 1 < CURSES_SEQUENCE_MAX) {
		const char *end = strncmp(sequence, "$<", 2) == 0 ? strchr(sequence, '>') : NULL;
		if (end) {
			sequence = end + 1;
			continue;
		}
		out[len++] = *sequence++;
	}
	out[len] = '\0';
}

static bool append_capability(const char *name, char out[static CURSES_SEQUENCE_MAX])
{
	const char *value = tigetstr(name);
	if (!value || value == (char *)-1)
		return false;
	strip_padding(value, out);
	return true;
}

static void read_caps(struct curses_caps *caps)
{
	char ignored[CURSES_SEQUENCE_MAX] = "";
	caps->colours = tigetnum("colors");
	caps->answers = append_capability("BE", ignored);
	caps->mouse = append_capability("kmous", ignored);
	append_capability("smcup", caps->enter);
	append_capability("cnorm", caps->leave);
	append_capability("sgr0", caps->leave);
	append_capability("op", caps->leave);
	if (!append_capability("rmcup", caps->leave))
		strip_padding("\x1b[999;1H\r\n", caps->leave);
}

/* ---- opening ---- */

static SCREEN *try_term(struct curses_screen *screen, const char *term)
{
	if (!term || !*term || strlen(term) >= sizeof screen->term)
		return NULL;
	SCREEN *opened = newterm(term, screen->out, screen->in);
	if (opened)
		snprintf(screen->term, sizeof screen->term, "%s", term);
	return opened;
}

/* "xterm-256color" → "xterm-direct". */
static SCREEN *try_direct(struct curses_screen *screen, const char *term)
{
	static const char suffix[] = "-256color";
	if (!term || !str_has_suffix(term, suffix))
		return NULL;
	CLEANUP(free) char *direct = str_printf("%.*s-direct", (int)(strlen(term) - strlen(suffix)), term);
	screen->direct = true;
	SCREEN *opened = try_term(screen, direct);
	screen->direct = opened != NULL;
	return opened;
}

static SCREEN *try_all(struct curses_screen *screen, const char *term, bool want_direct, bool looks_capable)
{
	const char *const fallbacks[] = {term, looks_capable ? "xterm-256color" : NULL, "xterm", "vt100"};
	SCREEN *opened = want_direct ? try_direct(screen, term) : NULL;
	for (size_t i = 0; i < ARRAY_LEN(fallbacks) && !opened; i++)
		opened = try_term(screen, fallbacks[i]);
	return opened;
}

static void refuse_term(const struct curses_screen *screen, const char *term, struct err *err)
{
	if (screen->screen)
		err_set(err, ERR_UNSUPPORTED,
			"the console cannot be shown on a terminal of type '%s', which does not place its cursor: set "
			"TERM to "
			"what this terminal is, or use `mqdeck get`, which needs no screen",
			screen->term);
	else
		err_set(err, ERR_UNSUPPORTED,
			"unknown terminal type '%s', and neither xterm nor vt100 is known: set TERM to a type that "
			"terminfo has",
			str_or(term, ""));
}

struct curses_screen *curses_screen_open(const char *term, bool want_direct, bool looks_capable, int height, int width,
					 struct err *err)
{
	struct curses_screen *screen = mem_alloc(sizeof *screen);
	screen->memory = memfd_create("screen", MFD_CLOEXEC);
	screen->out = screen->memory >= 0 ? fdopen(screen->memory, "r+") : NULL;
	screen->in = fopen("/dev/null", "re");
	if (!screen->out || !screen->in) {
		err_set_errno(err, errno, "cannot initialise the screen");
		curses_screen_close(screen);
		return NULL;
	}
	/* A Linux console's entry has no size of its own, and curses opens nothing without one: the environment or
	 * 80x24 stands in until curses_screen_resize(). */
	use_env(TRUE);
	screen->screen = try_all(screen, term, want_direct, looks_capable);
	if (!screen->screen || !append_capability("cup", (char[CURSES_SEQUENCE_MAX]){""})) {
		refuse_term(screen, term, err);
		curses_screen_close(screen);
		return NULL;
	}
	read_caps(&screen->caps);
	if (start_color() == OK)
		use_default_colors();
	typeahead(-1);
	nonl();
	idlok(stdscr, TRUE);
	scrollok(stdscr, FALSE);
	curs_set(0);
	screen->painted = canvas_create(1, 1, false);
	curses_screen_resize(screen, height, width);
	return screen;
}

void curses_screen_close(struct curses_screen *screen)
{
	if (!screen)
		return;
	if (screen->screen) {
		endwin();
		delscreen(screen->screen);
	}
	if (screen->out)
		fclose(screen->out);
	else if (screen->memory >= 0)
		close(screen->memory);
	if (screen->in)
		fclose(screen->in);
	canvas_destroy(screen->painted);
	free(screen);
}

const struct curses_caps *curses_screen_caps(const struct curses_screen *screen)
{
	return &screen->caps;
}

const char *curses_screen_term(const struct curses_screen *screen)
{
	return screen->term;
}

bool curses_screen_is_direct(const struct curses_screen *screen)
{
	return screen->direct;
}

void curses_screen_set_look(struct curses_screen *screen, const struct theme *theme, enum colour_mode colours)
{
	screen->theme = theme;
	screen->colours = colours;
	memset(screen->looks, 0, sizeof screen->looks);
	reset_color_pairs();
	/* Pairs get their numbers anew: a cell that keeps its number has another colour. */
	if (screen->painted)
		curses_screen_invalidate(screen);
}

void curses_screen_resize(struct curses_screen *screen, int height, int width)
{
	resizeterm(height, width);
	canvas_resize(screen->painted, height, width);
	curses_screen_invalidate(screen);
}

void curses_screen_invalidate(struct curses_screen *screen)
{
	screen->all = true;
	clearok(curscr, TRUE);
}

/* ---- cells ---- */

/* Terminals with eight colours show the bright ones as bold. */
static int terminal_colour(const struct curses_screen *screen, int32_t colour, attr_t *attributes)
{
	if (screen->colours != COLOUR_MODE_16 || colour < 8 || COLORS >= 16)
		return colour;
	if (attributes)
		*attributes |= A_BOLD;
	return colour - 8;
}

static void find_look(struct curses_screen *screen, style_t style, attr_t *attributes, int *pair)
{
	unsigned role = style & STYLE_ROLE_MASK, modifiers = style >> 8 & (MODIFIERS - 1);
	role = role < STYLE_COUNT ? role : STYLE_TEXT;
	if (!screen->looks[role][modifiers].known) {
		struct style_look look = style_look(screen->theme, style, screen->colours);
		attr_t found = 0;
		found |= look.attributes & STYLE_ATTR_BOLD ? A_BOLD : 0;
		found |= look.attributes & STYLE_ATTR_DIM ? A_DIM : 0;
		found |= look.attributes & STYLE_ATTR_UNDERLINE ? A_UNDERLINE : 0;
		found |= look.attributes & STYLE_ATTR_REVERSE ? A_REVERSE : 0;
		int fg = terminal_colour(screen, look.fg, &found), bg = terminal_colour(screen, look.bg, NULL);
		bool plain = fg == COLOUR_DEFAULT && bg == COLOUR_DEFAULT;
		int found_pair = plain || screen->colours == COLOUR_MODE_MONO ? 0 : alloc_pair(fg, bg);
		screen->looks[role][modifiers].attributes = found;
		screen->looks[role][modifiers].pair = found_pair < 0 ? 0 : found_pair;
		struct style_look text = style_look(screen->theme, STYLE_TEXT, screen->colours);
		screen->looks[role][modifiers].bare = look.bg == text.bg && !(found & (A_UNDERLINE | A_REVERSE));
		screen->looks[role][modifiers].known = true;
	}
	*attributes = screen->looks[role][modifiers].attributes;
	*pair = screen->looks[role][modifiers].pair;
}

/* The C library draws the line where a character may be wider than ours, and curses believes the C library. */
static bool is_drawable(const struct canvas_cell *cell)
{
	return cell->codepoint < 0x7f || wcwidth((wchar_t)cell->codepoint) == cell->width;
}

static void put_wide(int y, int x, const wchar_t *text, attr_t attributes, int pair)
{
	cchar_t character;
	if (setcchar(&character, text, attributes, 0, &pair) == OK)
		mvadd_wchnstr(y, x, &character, 1);
}

static void put_cell(struct curses_screen *screen, int y, int x, const struct canvas_cell *cell)
{
	attr_t attributes;
	int pair;
	wchar_t text[CANVAS_MARKS + 2] = {(wchar_t)cell->codepoint};
	find_look(screen, cell->style, &attributes, &pair);
	if (is_drawable(cell)) {
		for (int i = 0, len = 1; i < CANVAS_MARKS && cell->marks[i]; i++)
			if (wcwidth((wchar_t)cell->marks[i]) == 0)
				text[len++] = (wchar_t)cell->marks[i];
		put_wide(y, x, text, attributes, pair);
		return;
	}
	bool unicode = wcwidth(REPLACEMENT) == 1;
	put_wide(y, x, unicode ? L"\xfffd" : L"?", attributes, pair);
	if (cell->width == 2)
		put_wide(y, x + 1, L" ", attributes, pair);
}

static bool is_bare(struct curses_screen *screen, style_t style)
{
	attr_t attributes;
	int pair;
	find_look(screen, style, &attributes, &pair);
	unsigned role = style & STYLE_ROLE_MASK;
	return screen->looks[role < STYLE_COUNT ? role : STYLE_TEXT][style >> 8 & (MODIFIERS - 1)].bare;
}

/* The blanks between two words take the look of the word before them where that shows nothing: a third of the colour
 * changes of a screen. Those at the end of a row stay plain, so that one sequence clears them all. */
static void settle_blanks(struct curses_screen *screen, struct canvas_cell *row, int width)
{
	int end = width;
	while (end > 0 && row[end - 1].codepoint == ' ' && is_bare(screen, row[end - 1].style))
		row[--end].style = STYLE_TEXT;
	for (int x = 1; x < end; x++) {
		bool blank = row[x].codepoint == ' ' && row[x].marks[0] == 0;
		if (blank && is_bare(screen, row[x].style) && is_bare(screen, row[x - 1].style))
			row[x].style = row[x - 1].style;
	}
}

/* How many cells were put. */
static size_t put_changes(struct curses_screen *screen, const struct canvas *canvas)
{
	size_t cells = 0;
	int height = canvas->height < screen->painted->height ? canvas->height : screen->painted->height;
	int width = canvas->width < screen->painted->width ? canvas->width : screen->painted->width;
	for (int y = 0; y < height; y++) {
		struct canvas_cell *now = screen->row;
		struct canvas_cell *before = screen->painted->cells + (size_t)y * (size_t)screen->painted->width;
		memcpy(now, canvas_at(canvas, y, 0), (size_t)width * sizeof *now);
		settle_blanks(screen, now, width);
		if (!screen->all && memcmp(now, before, (size_t)width * sizeof *now) == 0)
			continue;
		for (int x = 0; x < width; x++)
			if (now[x].width > 0 && (screen->all || memcmp(&now[x], &before[x], sizeof *now) != 0)) {
				put_cell(screen, y, x, &now[x]);
				cells++;
			}
		memcpy(before, now, (size_t)width * sizeof *now);
	}
	screen->all = false;
	return cells;
}

static void place_cursor(struct curses_screen *screen, const struct canvas *canvas)
{
	if (canvas->has_cursor != screen->cursor_shown) {
		screen->cursor_shown = canvas->has_cursor;
		curs_set(canvas->has_cursor);
		leaveok(stdscr, !canvas->has_cursor);
	}
	if (canvas->has_cursor)
		move(canvas->cursor_y, canvas->cursor_x);
}

/* Many terminal entries leave the line-drawing character set with every reset of the attributes. Nothing here ever
 * enters it, and the sequence is a twentieth of a screen's bytes. */
static size_t drop_charset_resets(char *bytes, size_t len)
{
	static const char reset[] = "\x1b(B";
	size_t kept = 0;
	for (size_t at = 0; at < len;) {
		if (len - at >= sizeof reset - 1 && memcmp(bytes + at, reset, sizeof reset - 1) == 0)
			at += sizeof reset - 1;
		else
			bytes[kept++] = bytes[at++];
	}
	return kept;
}

static void curses_take_bytes(struct curses_screen *screen, struct buf *out)
{
	fflush(screen->out);
	off_t end = lseek(screen->memory, 0, SEEK_CUR), len = end - screen->taken;
	if (len <= 0)
		return;
	void *room = buf_reserve(out, (size_t)len);
	ssize_t got = room ? pread(screen->memory, room, (size_t)len, screen->taken) : 0;
	if (got > 0)
		buf_commit(out, drop_charset_resets(room, (size_t)got));
	/* What cannot be cut off is left behind. */
	bool cut = ftruncate(screen->memory, 0) == 0 && lseek(screen->memory, 0, SEEK_SET) == 0;
	screen->taken = cut ? 0 : end;
}

size_t curses_screen_paint(struct curses_screen *screen, const struct canvas *canvas, struct buf *out)
{
	size_t cells = put_changes(screen, canvas);
	place_cursor(screen, canvas);
	wnoutrefresh(stdscr);
	doupdate();
	curses_take_bytes(screen, out);
	return cells;
}
