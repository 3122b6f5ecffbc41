/* "Set NAME VALUE": a table of the settings we have, and of those of VHS that mean nothing here. */
#include <stdio.h>
#include <string.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "tui/tape/tape_private.h"

static bool before_start(struct tape_parser *parser, const char *name, struct err *err)
{
	return !parser->tape->begun ||
	       tape_lex_error(&parser->lexer, err, "Set %s must come before the first command", name);
}

static bool set_size(struct tape_parser *parser, const char *name, struct err *err)
{
	int height, width, used = 0;
	const char *text = parser->lexer.token;
	if (!tape_expect(parser, TAPE_WORD, false, "a size such as 120x40", err))
		return false;
	if (sscanf(text, "%4dx%4d%n", &width, &height, &used) != 2 || text[used] || width < 1 || height < 1 ||
	    width > CANVAS_SIDE_MAX || height > CANVAS_SIDE_MAX)
		return tape_lex_error(&parser->lexer, err, "'%s' is not a size; use columns and rows such as 120x40",
				      text);
	if (!parser->tape->begun) {
		parser->tape->settings.height = height;
		parser->tape->settings.width = width;
		return true;
	}
	parser->command.op = TAPE_RESIZE;
	parser->command.height = height;
	parser->command.width = width;
	vec_push(&parser->tape->commands, parser->command);
	return true;
}

static bool set_clock(struct tape_parser *parser, const char *name, struct err *err)
{
	if (!before_start(parser, name, err) ||
	    !tape_expect(parser, TAPE_STRING, false, "a time such as 2026-01-02T03:04:05Z", err))
		return false;
	parser->tape->settings.clock_ms = clock_parse_rfc3339(parser->lexer.token);
	return parser->tape->settings.clock_ms >= 0 ||
	       tape_lex_error(&parser->lexer, err, "'%s' is not a time; use a form such as 2026-01-02T03:04:05Z",
			      parser->lexer.token);
}

static bool set_colour(struct tape_parser *parser, const char *name, struct err *err)
{
	if (!before_start(parser, name, err) || !tape_expect(parser, TAPE_STRING, false, "mono, 16, 256 or true", err))
		return false;
	return colour_mode_parse(parser->lexer.token, &parser->tape->settings.colours) ||
	       tape_lex_error(&parser->lexer, err, "'%s' is not one of mono, 16, 256, true", parser->lexer.token);
}

static void push_setting(struct tape_parser *parser, enum tape_setting setting, int64_t number)
{
	parser->command.op = TAPE_SET;
	parser->command.setting = setting;
	parser->command.number = number;
	vec_push(&parser->tape->commands, parser->command);
}

static bool set_time(struct tape_parser *parser, const char *name, struct err *err)
{
	static const char *const names[] = {[TAPE_TYPING_SPEED] = "TypingSpeed",
					    [TAPE_WAIT_TIMEOUT] = "WaitTimeout",
					    [TAPE_KEY_TIMEOUT] = "KeyTimeout"};
	int64_t ms;
	size_t setting = 0;
	while (setting + 1 < ARRAY_LEN(names) && !str_eq(names[setting], name))
		setting++;
	if (!tape_read_time(parser, &ms, err))
		return false;
	push_setting(parser, (enum tape_setting)setting, ms);
	return true;
}

static bool set_auto_wait(struct tape_parser *parser, const char *name, struct err *err)
{
	if (!tape_expect(parser, TAPE_WORD, false, "true or false", err))
		return false;
	bool yes = str_eq(parser->lexer.token, "true");
	if (!yes && !str_eq(parser->lexer.token, "false"))
		return tape_lex_error(&parser->lexer, err, "'%s' is not true or false", parser->lexer.token);
	push_setting(parser, TAPE_AUTO_WAIT, yes);
	return true;
}

static bool set_ignored(struct tape_parser *parser, const char *name, struct err *err)
{
	enum tape_token token;
	tape_add_note(parser, "Set", name);
	return tape_lex_next(&parser->lexer, true, &token, err);
}

static const struct {
	const char *name;
	bool (*set)(struct tape_parser *parser, const char *name, struct err *err);
} tape_set_settings[] = {
	{"Size", set_size},           {"Clock", set_clock},           {"Colour", set_colour},
	{"TypingSpeed", set_time},    {"WaitTimeout", set_time},      {"KeyTimeout", set_time},
	{"AutoWait", set_auto_wait},  {"Shell", set_ignored},         {"FontFamily", set_ignored},
	{"FontSize", set_ignored},    {"Framerate", set_ignored},     {"PlaybackSpeed", set_ignored},
	{"Height", set_ignored},      {"Width", set_ignored},         {"LetterSpacing", set_ignored},
	{"LineHeight", set_ignored},  {"Padding", set_ignored},       {"Theme", set_ignored},
	{"LoopOffset", set_ignored},  {"MarginFill", set_ignored},    {"Margin", set_ignored},
	{"WindowBar", set_ignored},   {"WindowBarSize", set_ignored}, {"BorderRadius", set_ignored},
	{"CursorBlink", set_ignored}, {"WaitPattern", set_ignored},
};

bool tape_parse_set(struct tape_parser *parser, struct err *err)
{
	if (!tape_expect(parser, TAPE_WORD, false, "a setting name", err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(tape_set_settings); i++)
		if (str_eq(tape_set_settings[i].name, parser->lexer.token))
			return tape_set_settings[i].set(parser, tape_set_settings[i].name, err);
	return tape_lex_error(&parser->lexer, err, "unknown setting '%s'", parser->lexer.token);
}
