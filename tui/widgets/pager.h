/* Scrolling text: describe, YAML, logs, help. A ring of lines with a cap in bytes: what is older goes. */
#ifndef MQDECK_TUI_WIDGETS_PAGER_H
#define MQDECK_TUI_WIDGETS_PAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/base/mem.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"

struct pager;

enum { PAGER_LINE_MAX = 64 * 1024 /* longer lines are cut */ };

struct pager *pager_create(size_t max_bytes);
void pager_destroy(struct pager *pager);
DEFINE_CLEANUP(struct pager *, pager_destroy);

void pager_clear(struct pager *pager);
/* One line, without newline, untrusted. Tabs become spaces, a \r at the end goes, and so do colour sequences (CSI …
 * m): logs are full of them. Every other control character stays, to be seen. */
void pager_append(struct pager *pager, style_t style, const char *text, size_t len);
/* Splits at newlines. */
void pager_append_text(struct pager *pager, style_t style, const char *text);
/* Replaces everything, and stays at the same place. */
void pager_set_text(struct pager *pager, const char *text);

/* How a line is coloured while it is drawn: calls paint() for stretches of bytes. NULL = as appended. */
typedef void pager_paint_fn(void *context, size_t from, size_t to, style_t style);
typedef void pager_highlight_fn(void *data, const char *line, size_t len, pager_paint_fn *paint, void *context);
void pager_set_highlight(struct pager *pager, pager_highlight_fn *highlight, void *data);
void pager_highlight_yaml(void *data, const char *line, size_t len, pager_paint_fn *paint,
			  void *context); /* ready-made */

void pager_set_wrap(struct pager *pager, bool wrap);
bool pager_wraps(const struct pager *pager);
void pager_set_follow(struct pager *pager, bool follow); /* stays at the end; scrolling up ends it, End begins it */
bool pager_follows(const struct pager *pager);

/* Highlights and jumps to the first match at or after the top. NULL or "" ends the search. */
bool pager_search(struct pager *pager, const char *text, struct err *err) MUST_USE;
bool pager_search_next(struct pager *pager, bool backwards); /* wraps round; false when there is none */
/* Shows only lines that match ("!re": that do not). NULL or "" = all. */
bool pager_set_filter(struct pager *pager, const char *text, struct err *err) MUST_USE;

size_t pager_line_count(const struct pager *pager);
size_t pager_bytes(const struct pager *pager);
uint64_t pager_dropped(const struct pager *pager); /* lines that went at the old end */
int pager_percent(const struct pager *pager);      /* how far down, for a status line */

void pager_draw(struct pager *pager, struct canvas *canvas, struct rect rect);
/* Arrows, j k h l g G, PageUp/Down, Ctrl-F/B, Home/End, n, Shift-N, the wheel. True when taken. */
bool pager_event(struct pager *pager, const struct event *event);

#endif
