/* What the operator does, decoded: keys, pastes, the mouse, a new size. The same events come from the terminal, from
 * tapes and from tests. */
#ifndef MQDECK_TUI_KEYS_EVENT_H
#define MQDECK_TUI_KEYS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a Unicode code point or one of these, with modifiers. Letters with Ctrl are lower case ('d' +
 * KEY_MOD_CTRL); a shifted character is that character without KEY_MOD_SHIFT ('F'); KEY_MOD_SHIFT stands with the
 * named keys only. */
enum key_code {
	KEY_CODE_NONE = 0,
	KEY_CODE_FIRST = 0x110000,
	KEY_CODE_ENTER = KEY_CODE_FIRST,
	KEY_CODE_TAB,
	KEY_CODE_ESCAPE,
	KEY_CODE_BACKSPACE,
	KEY_CODE_DELETE,
	KEY_CODE_INSERT,
	KEY_CODE_UP,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_F1, /* F1..F12 follow each other */
	KEY_CODE_F12 = KEY_CODE_F1 + 11,
	KEY_CODE_LAST = KEY_CODE_F12,
};

enum { KEY_MOD_SHIFT = 1, KEY_MOD_ALT = 2, KEY_MOD_CTRL = 4 };

struct key {
	uint32_t code;
	uint8_t mods;
};

bool key_equal(struct key a, struct key b);
bool key_is_text(struct key key); /* types a character: no Ctrl, no Alt, not a named key */

/* "Ctrl-D", "Ctrl+d", "Shift-F" (= "F"), "Shift-Tab", "Alt-Enter", "F1", "Space", "Esc", "?", "-". Names without
 * regard to case. False when it is none. */
bool key_parse(const char *name, struct key *key); /* NULL is none */
enum { KEY_NAME_MAX = 32 };
/* The one spelling that key_parse reads back: "Ctrl-D", "Shift-F", "Space", "PageUp", "?". */
void key_name(struct key key, char out[static KEY_NAME_MAX]);
/* The short form for hints: "^D", "F", "↵". */
void key_label(struct key key, bool ascii, char out[static KEY_NAME_MAX]);

enum event_mouse_action {
	EVENT_MOUSE_PRESS,
	EVENT_MOUSE_RELEASE,
	EVENT_MOUSE_DRAG,
	EVENT_MOUSE_WHEEL_UP,
	EVENT_MOUSE_WHEEL_DOWN
};

struct event_mouse {
	enum event_mouse_action action;
	uint8_t button; /* 1 left, 2 middle, 3 right; 0 for the wheel */
	uint8_t mods;
	uint8_t clicks; /* 2 for the second press of a double click, else 1; set by the terminal */
	int y, x;
};

enum event_type {
	EVENT_KEY,
	EVENT_PASTE, /* one event however long; newlines are \n */
	EVENT_MOUSE,
	EVENT_FOCUS,
	EVENT_RESIZE,
	EVENT_GROUND, /* the terminal said what its background is */
	EVENT_REPLY,  /* the terminal's answer to a question; never leaves terminal.c */
	EVENT_REDRAW, /* the screen was somebody else's: present again */
	EVENT_QUIT,   /* a signal asked the program to end; the terminal is already restored */
};

struct event {
	enum event_type type;
	union {
		struct key key;
		struct event_mouse mouse;
		struct {
			const char *text; /* borrowed for the call; NUL-terminated, untrusted */
			size_t len;
		} paste;
		struct {
			int height, width;
		} size;
		struct {
			char kind; /* the final byte of the sequence: 'y' DECRPM, 'c' DA, 'R' CPR, 'n' DSR; ']' OSC, */
			int first, second; /* of which first is the number and second the colour as 0xRRGGBB */
		} reply;
		int32_t ground; /* 0xRRGGBB */
		bool focused;
		int signal;
	};
};

struct event event_key(struct key key);

#endif
