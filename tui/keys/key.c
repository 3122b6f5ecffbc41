#include "tui/keys/event.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "api/base/mem.h"
#include "api/base/text.h"

/* The first name of a code is the one that is printed. */
static const struct {
	const char *name;
	uint32_t code;
	const char *label, *plain_label; /* for hints; NULL = the name */
} names[] = {
	{"Enter", KEYCODE_ENTER, "↵", NULL},
	{"Return", KEYCODE_ENTER, NULL, NULL},
	{"Tab", KEYCODE_TAB, NULL, NULL},
	{"Esc", KEYCODE_ESCAPE, NULL, NULL},
	{"Escape", KEYCODE_ESCAPE, NULL, NULL},
	{"Backspace", KEYCODE_BACKSPACE, "⌫", "BS"},
	{"Delete", KEYCODE_DELETE, "Del", "Del"},
	{"Insert", KEYCODE_INSERT, "Ins", "Ins"},
	{"Up", KEYCODE_UP, "↑", NULL},
	{"Down", KEYCODE_DOWN, "↓", NULL},
	{"Left", KEYCODE_LEFT, "←", NULL},
	{"Right", KEYCODE_RIGHT, "→", NULL},
	{"Home", KEYCODE_HOME, NULL, NULL},
	{"End", KEYCODE_END, NULL, NULL},
	{"PageUp", KEYCODE_PAGE_UP, "PgUp", "PgUp"},
	{"PageDown", KEYCODE_PAGE_DOWN, "PgDn", "PgDn"},
	{"Space", ' ', NULL, NULL},
};

static const struct {
	const char *name;
	uint8_t mod;
} modifiers[] = {{"Ctrl", MOD_CTRL}, {"Alt", MOD_ALT}, {"Shift", MOD_SHIFT}};

bool key_equal(struct key a, struct key b)
{
	return a.code == b.code && a.mods == b.mods;
}

bool key_is_text(struct key key)
{
	return key.code >= ' ' && key.code < KEYCODE_FIRST && !(key.mods & (MOD_CTRL | MOD_ALT));
}

struct event event_key(struct key key)
{
	return (struct event){.type = EVENT_KEY, .key = key};
}

/* ---- reading ---- */

static bool read_modifiers(const char **name, uint8_t *mods)
{
	for (size_t i = 0; i < ARRAY_LEN(modifiers);) {
		size_t len = strlen(modifiers[i].name);
		bool found = strncasecmp(*name, modifiers[i].name, len) == 0 &&
			     ((*name)[len] == '-' || (*name)[len] == '+') && (*name)[len + 1];
		if (!found) {
			i++;
			continue;
		}
		if (*mods & modifiers[i].mod)
			return false;
		*mods |= modifiers[i].mod;
		*name += len + 1;
		i = 0;
	}
	return true;
}

static uint32_t code_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].code;
	if ((*name == 'F' || *name == 'f') && isdigit((unsigned char)name[1])) {
		int number = name[1] - '0';
		if (name[2] && isdigit((unsigned char)name[2]) && !name[3])
			number = number * 10 + name[2] - '0';
		else if (name[2])
			return KEYCODE_NONE;
		return number >= 1 && number <= 12 ? KEYCODE_F1 + (uint32_t)number - 1 : KEYCODE_NONE;
	}
	int32_t codepoint;
	size_t len = strlen(name);
	if (len == 0 || text_decode(name, len, &codepoint) != len || text_is_unsafe(codepoint))
		return KEYCODE_NONE;
	return (uint32_t)codepoint;
}

/* Terminals send one byte for Ctrl-d and Ctrl-D, and the capital itself for Shift-f. */
static struct key normalize(struct key key)
{
	if (key.code == ' ' || key.code >= KEYCODE_FIRST)
		return key;
	if (key.mods & MOD_CTRL && key.code < 0x80)
		key.code = (uint32_t)tolower((int)key.code);
	else if (key.mods & MOD_SHIFT)
		key.code = (uint32_t)utf8proc_toupper((utf8proc_int32_t)key.code);
	if (!(key.mods & MOD_CTRL))
		key.mods &= (uint8_t)~MOD_SHIFT;
	return key;
}

bool key_parse(const char *name, struct key *key)
{
	struct key read = {0};
	if (strcasecmp(name, "Backtab") == 0) {
		*key = (struct key){KEYCODE_TAB, MOD_SHIFT};
		return true;
	}
	if (!read_modifiers(&name, &read.mods))
		return false;
	read.code = code_by_name(name);
	if (read.code == KEYCODE_NONE)
		return false;
	*key = normalize(read);
	return true;
}

/* ---- writing ---- */

static void put_code(uint32_t code, char *out, size_t size)
{
	utf8proc_uint8_t bytes[5] = {0};
	if (code >= KEYCODE_F1 && code <= KEYCODE_F12) {
		snprintf(out, size, "F%u", (unsigned)(code - KEYCODE_F1 + 1));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].code != code)
			continue;
		snprintf(out, size, "%s", names[i].name);
		return;
	}
	if (code < KEYCODE_FIRST)
		utf8proc_encode_char((utf8proc_int32_t)code, bytes);
	snprintf(out, size, "%s", (const char *)bytes);
}

static bool is_capital(struct key key)
{
	return !(key.mods & MOD_CTRL) && key.code < KEYCODE_FIRST &&
	       (uint32_t)utf8proc_tolower((utf8proc_int32_t)key.code) != key.code;
}

void key_name(struct key key, char out[static KEY_NAME_MAX])
{
	char code[16];
	bool upper_letter = (key.mods & MOD_CTRL) && key.code >= 'a' && key.code <= 'z';
	put_code(upper_letter ? key.code - 32 : key.code, code, sizeof code);
	snprintf(out, KEY_NAME_MAX, "%s%s%s%s", key.mods & MOD_CTRL ? "Ctrl-" : "", key.mods & MOD_ALT ? "Alt-" : "",
		 key.mods & MOD_SHIFT || is_capital(key) ? "Shift-" : "", code);
}

void key_label(struct key key, bool ascii, char out[static KEY_NAME_MAX])
{
	char code[16];
	put_code(key.code, code, sizeof code);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *label = ascii ? names[i].plain_label : names[i].label;
		if (names[i].code != key.code || !label)
			continue;
		snprintf(code, sizeof code, "%s", label);
		break;
	}
	snprintf(out, KEY_NAME_MAX, "%s%s%s%s", key.mods & MOD_CTRL ? "^" : "", key.mods & MOD_ALT ? "Alt-" : "",
		 key.mods & MOD_SHIFT ? (ascii ? "Shift-" : "⇧") : "", code);
	if (key.mods & MOD_CTRL && key.code >= 'a' && key.code <= 'z')
		out[strlen(out) - 1] = (char)(key.code - 32);
}
