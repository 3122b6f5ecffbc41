/* Names of keys ("Ctrl-d", "Shift-F5") read and written: bindings, help, hints and tapes share them. */
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
} key_names[] = {
	{"Enter", KEY_CODE_ENTER, "↵", NULL},
	{"Return", KEY_CODE_ENTER, NULL, NULL},
	{"Tab", KEY_CODE_TAB, NULL, NULL},
	{"Esc", KEY_CODE_ESCAPE, NULL, NULL},
	{"Escape", KEY_CODE_ESCAPE, NULL, NULL},
	{"Backspace", KEY_CODE_BACKSPACE, "⌫", "BS"},
	{"Delete", KEY_CODE_DELETE, "Del", "Del"},
	{"Insert", KEY_CODE_INSERT, "Ins", "Ins"},
	{"Up", KEY_CODE_UP, "↑", NULL},
	{"Down", KEY_CODE_DOWN, "↓", NULL},
	{"Left", KEY_CODE_LEFT, "←", NULL},
	{"Right", KEY_CODE_RIGHT, "→", NULL},
	{"Home", KEY_CODE_HOME, NULL, NULL},
	{"End", KEY_CODE_END, NULL, NULL},
	{"PageUp", KEY_CODE_PAGE_UP, "PgUp", "PgUp"},
	{"PageDown", KEY_CODE_PAGE_DOWN, "PgDn", "PgDn"},
	{"Space", ' ', NULL, NULL},
};

static const struct {
	const char *name;
	uint8_t mod;
} key_modifiers[] = {{"Ctrl", KEY_MOD_CTRL}, {"Alt", KEY_MOD_ALT}, {"Shift", KEY_MOD_SHIFT}};

bool key_equal(struct key a, struct key b)
{
	return a.code == b.code && a.mods == b.mods;
}

bool key_is_text(struct key key)
{
	return key.code >= ' ' && key.code < KEY_CODE_FIRST && !(key.mods & (KEY_MOD_CTRL | KEY_MOD_ALT));
}

struct event event_key(struct key key)
{
	return (struct event){.type = EVENT_KEY, .key = key};
}

/* ---- reading ---- */

static bool read_modifiers(const char **name, uint8_t *mods)
{
	for (size_t i = 0; i < ARRAY_LEN(key_modifiers);) {
		size_t len = strlen(key_modifiers[i].name);
		bool found = strncasecmp(*name, key_modifiers[i].name, len) == 0 &&
			     ((*name)[len] == '-' || (*name)[len] == '+') && (*name)[len + 1];
		if (!found) {
			i++;
			continue;
		}
		if (*mods & key_modifiers[i].mod)
			return false;
		*mods |= key_modifiers[i].mod;
		*name += len + 1;
		i = 0;
	}
	return true;
}

static uint32_t code_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(key_names); i++)
		if (strcasecmp(key_names[i].name, name) == 0)
			return key_names[i].code;
	if ((*name == 'F' || *name == 'f') && isdigit((unsigned char)name[1])) {
		int number = name[1] - '0';
		if (name[2] && isdigit((unsigned char)name[2]) && !name[3])
			number = number * 10 + name[2] - '0';
		else if (name[2])
			return KEY_CODE_NONE;
		return number >= 1 && number <= 12 ? KEY_CODE_F1 + (uint32_t)number - 1 : KEY_CODE_NONE;
	}
	int32_t codepoint;
	size_t len = strlen(name);
	if (len == 0 || text_decode(name, len, &codepoint) != len || text_is_unsafe(codepoint))
		return KEY_CODE_NONE;
	return (uint32_t)codepoint;
}

/* Terminals send one byte for Ctrl-d and Ctrl-D, and the capital itself for Shift-f. */
static struct key key_normalize(struct key key)
{
	if (key.code == ' ' || key.code >= KEY_CODE_FIRST)
		return key;
	if (key.mods & KEY_MOD_CTRL && key.code < 0x80)
		key.code = (uint32_t)tolower((int)key.code);
	else if (key.mods & KEY_MOD_SHIFT)
		key.code = (uint32_t)utf8proc_toupper((utf8proc_int32_t)key.code);
	if (!(key.mods & KEY_MOD_CTRL))
		key.mods &= (uint8_t)~KEY_MOD_SHIFT;
	return key;
}

bool key_parse(const char *name, struct key *key)
{
	struct key read = {0};
	if (!name)
		return false;
	if (strcasecmp(name, "Backtab") == 0) {
		*key = (struct key){KEY_CODE_TAB, KEY_MOD_SHIFT};
		return true;
	}
	if (!read_modifiers(&name, &read.mods))
		return false;
	read.code = code_by_name(name);
	if (read.code == KEY_CODE_NONE)
		return false;
	*key = key_normalize(read);
	return true;
}

/* ---- writing ---- */

static void put_code(uint32_t code, char *out, size_t size)
{
	utf8proc_uint8_t bytes[5] = {0};
	if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12) {
		snprintf(out, size, "F%u", (unsigned)(code - KEY_CODE_F1 + 1));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(key_names); i++) {
		if (key_names[i].code != code)
			continue;
		snprintf(out, size, "%s", key_names[i].name);
		return;
	}
	if (code < KEY_CODE_FIRST)
		utf8proc_encode_char((utf8proc_int32_t)code, bytes);
	snprintf(out, size, "%s", (const char *)bytes);
}

static bool is_capital(struct key key)
{
	return !(key.mods & KEY_MOD_CTRL) && key.code < KEY_CODE_FIRST &&
	       (uint32_t)utf8proc_tolower((utf8proc_int32_t)key.code) != key.code;
}

void key_name(struct key key, char out[static KEY_NAME_MAX])
{
	char code[16];
	bool upper_letter = (key.mods & KEY_MOD_CTRL) && key.code >= 'a' && key.code <= 'z';
	put_code(upper_letter ? key.code - 32 : key.code, code, sizeof code);
	snprintf(out, KEY_NAME_MAX, "%s%s%s%s", key.mods & KEY_MOD_CTRL ? "Ctrl-" : "",
		 key.mods & KEY_MOD_ALT ? "Alt-" : "", key.mods & KEY_MOD_SHIFT || is_capital(key) ? "Shift-" : "",
		 code);
}

void key_label(struct key key, bool ascii, char out[static KEY_NAME_MAX])
{
	char code[16];
	put_code(key.code, code, sizeof code);
	for (size_t i = 0; i < ARRAY_LEN(key_names); i++) {
		const char *label = ascii ? key_names[i].plain_label : key_names[i].label;
		if (key_names[i].code != key.code || !label)
			continue;
		snprintf(code, sizeof code, "%s", label);
		break;
	}
	snprintf(out, KEY_NAME_MAX, "%s%s%s%s", key.mods & KEY_MOD_CTRL ? "^" : "",
		 key.mods & KEY_MOD_ALT ? "Alt-" : "", key.mods & KEY_MOD_SHIFT ? (ascii ? "Shift-" : "⇧") : "", code);
	if (key.mods & KEY_MOD_CTRL && key.code >= 'a' && key.code <= 'z')
		out[strlen(out) - 1] = (char)(key.code - 32);
}
