/* The keys that a tape presses, before it is played: for whoever wants to know what it would do. */
#include <string.h>

#include "api/base/text.h"
#include "tui/tape/tape_private.h"

struct key tape_key_of_character(int32_t codepoint)
{
	static const struct {
		int32_t codepoint;
		struct key key;
	} special[] = {{'\n', {KEY_CODE_ENTER, 0}},
		       {'\t', {KEY_CODE_TAB, 0}},
		       {0x1b, {KEY_CODE_ESCAPE, 0}},
		       {0x7f, {KEY_CODE_BACKSPACE, 0}}};
	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if (special[i].codepoint == codepoint)
			return special[i].key;
	if (codepoint > 0 && codepoint < 0x20)
		return (struct key){(uint32_t)codepoint + 'a' - 1, KEY_MOD_CTRL};
	return (struct key){(uint32_t)codepoint, 0};
}

static bool each_typed(const struct tape_command *command, tape_key_fn *fn, void *data)
{
	size_t len = strlen(command->text);
	for (size_t at = 0; at < len;) {
		int32_t codepoint;
		at += text_decode(command->text + at, len - at, &codepoint);
		struct event event = event_key(tape_key_of_character(codepoint));
		if (codepoint >= 0 && !fn(data, &event, command->file, command->line))
			return false;
	}
	return true;
}

void tape_each_key(const struct tape *tape, tape_key_fn *fn, void *data)
{
	bool more = true;
	for (size_t i = 0; more && i < tape->commands.len; i++) {
		const struct tape_command *command = &tape->commands.items[i];
		struct event key = event_key(command->key), paste = {.type = EVENT_PASTE, .paste = {.text = ""}};
		if (command->op == TAPE_TYPE)
			more = each_typed(command, fn, data);
		else if (command->op == TAPE_PASTE)
			more = fn(data, &paste, command->file, command->line);
		for (int64_t n = 0; more && command->op == TAPE_KEY && n < command->number; n++)
			more = fn(data, &key, command->file, command->line);
	}
}
