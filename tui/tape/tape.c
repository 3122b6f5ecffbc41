/* The parser of tapes: one function a form of command, a table that says which command has which form. */
#include "tui/tape/tape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/file.h"
#include "api/base/str.h"
#include "tui/tape/tape_private.h"

enum { PATH_BYTES = 4096 };

/* ---- commands ---- */

static bool tape_read_strings(struct tape_parser *parser, struct err *err)
{
	struct buf text = BUF_INIT(TAPE_FILE_MAX);
	bool ok = tape_expect(parser, TAPE_STRING, false, "a string", err);
	while (ok) {
		buf_append_str(&text, parser->lexer.token);
		if (tape_lex_peek(&parser->lexer, false) != TAPE_STRING)
			break;
		buf_append_str(&text, " ");
		ok = tape_expect(parser, TAPE_STRING, false, "a string", err);
	}
	if (ok)
		parser->command.text = mem_strdup(buf_str(&text));
	buf_finish(&text);
	return ok;
}

static bool read_path(struct tape_parser *parser, struct err *err)
{
	if (!tape_expect(parser, TAPE_STRING, true, "a path", err))
		return false;
	parser->command.text = mem_strdup(parser->lexer.token);
	return tape_golden_is_inside(parser->command.text) ||
	       tape_lex_error(&parser->lexer, err, "'%s' is not a path below the folder of the tape",
			      parser->command.text);
}

/* "+Screen", "+Line", "+Idle" behind Wait and Expect. */
static bool read_scope(struct tape_parser *parser, const char *scope, struct err *err)
{
	struct tape_command *command = &parser->command;
	if (str_empty(scope) || str_eq(scope, "Screen"))
		return true;
	if (str_eq(scope, "Line")) {
		command->scope = TAPE_LINE;
		return true;
	}
	if (str_eq(scope, "Idle") && command->op == TAPE_WAIT) {
		command->op = TAPE_WAIT_IDLE;
		return true;
	}
	return tape_lex_error(&parser->lexer, err, "unknown scope +%s; use +Screen, +Line%s", scope,
			      command->op == TAPE_WAIT ? " or +Idle" : "");
}

static bool parse_wait(struct tape_parser *parser, const char *scope, struct err *err)
{
	if (!read_scope(parser, scope, err))
		return false;
	return parser->command.op == TAPE_WAIT_IDLE ||
	       tape_read_pattern(parser, &parser->command.pattern, &parser->command.text, err);
}

static bool parse_expect(struct tape_parser *parser, const char *scope, struct err *err)
{
	int64_t row = TAPE_ANY_LINE;
	if (!read_scope(parser, scope, err))
		return false;
	if (parser->command.scope == TAPE_LINE && tape_next_is_number(parser) &&
	    !tape_read_number(parser, CANVAS_SIDE_MAX, &row, err))
		return false;
	parser->command.row = (int)row;
	return tape_read_pattern(parser, &parser->command.pattern, &parser->command.text, err);
}

static bool next_word_is(const struct tape_parser *parser, const char *word)
{
	struct tape_lexer ahead = parser->lexer;
	enum tape_token token;
	return tape_lex_next(&ahead, false, &token, NULL) && token == TAPE_WORD && str_eq(ahead.token, word);
}

static bool parse_golden(struct tape_parser *parser, const char *scope, struct err *err)
{
	if (!read_path(parser, err))
		return false;
	if (!next_word_is(parser, "mask"))
		return true;
	if (!tape_expect(parser, TAPE_WORD, false, "mask", err))
		return false;
	do {
		struct pattern *pattern = NULL;
		if (!tape_read_pattern(parser, &pattern, NULL, err))
			return false;
		vec_push(&parser->command.masks, (struct tape_mask){pattern});
	} while (tape_lex_peek(&parser->lexer, false) == TAPE_REGEX);
	return true;
}

static bool parse_screenshot(struct tape_parser *parser, const char *scope, struct err *err)
{
	if (!read_path(parser, err))
		return false;
	const char *path = parser->command.text;
	return str_has_suffix(path, ".txt") || str_has_suffix(path, ".svg") ||
	       tape_lex_error(&parser->lexer, err, "a screenshot must be a .txt or .svg file");
}

static bool parse_strings(struct tape_parser *parser, const char *scope, struct err *err)
{
	return tape_read_strings(parser, err);
}

static bool parse_nothing(struct tape_parser *parser, const char *scope, struct err *err)
{
	return true;
}

static bool parse_sleep(struct tape_parser *parser, const char *scope, struct err *err)
{
	return tape_read_time(parser, &parser->command.number, err);
}

static bool parse_exit(struct tape_parser *parser, const char *scope, struct err *err)
{
	return tape_read_number(parser, 125, &parser->command.number, err);
}

static const struct {
	const char *name;
	enum tape_op op;
	bool (*parse)(struct tape_parser *parser, const char *scope, struct err *err);
	bool timed, scoped; /* may have @time, +Scope */
} tape_commands[] = {
	{"Type", TAPE_TYPE, parse_strings, true, false},
	{"Copy", TAPE_COPY, parse_strings, false, false},
	{"Paste", TAPE_PASTE, parse_nothing, false, false},
	{"Sleep", TAPE_SLEEP, parse_sleep, false, false},
	{"Wait", TAPE_WAIT, parse_wait, true, true},
	{"Expect", TAPE_EXPECT, parse_expect, false, true},
	{"ExpectNot", TAPE_EXPECT_NOT, parse_expect, false, true},
	{"Golden", TAPE_GOLDEN, parse_golden, false, false},
	{"Screenshot", TAPE_SCREENSHOT, parse_screenshot, false, false},
	{"Section", TAPE_SECTION, parse_strings, false, false},
	{"Exit", TAPE_EXIT, parse_exit, false, false},
};

/* ---- the rest ---- */

/* How a screen looks, and nothing else: a tape does not decide which cluster it plays on, with whose credentials and
 * configuration, or what runs. */
static bool check_variable(const struct tape_parser *parser, const char *name, struct err *err)
{
	static const char *const looks[] = {"TERM",           "COLORTERM", "COLORFGBG", "NO_COLOR",
					    "CLICOLOR_FORCE", "LANG",      "LC_ALL",    "LC_CTYPE"};
	struct buf list = BUF_INIT(ERR_TEXT_MAX);
	bool known = false;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		known = known || str_eq(looks[i], name);
		buf_printf(&list, "%s%s", i ? ", " : "", looks[i]);
	}
	bool good =
		known || tape_lex_error(&parser->lexer, err, "a tape may not set %s, only what a screen looks like: %s",
					name, buf_str(&list));
	buf_finish(&list);
	return good;
}

static bool parse_env(struct tape_parser *parser, struct err *err)
{
	if (!tape_expect(parser, TAPE_WORD, false, "a variable name", err))
		return false;
	if (strchr(parser->lexer.token, '='))
		return tape_lex_error(&parser->lexer, err, "a variable name cannot contain '='");
	if (!check_variable(parser, parser->lexer.token, err))
		return false;
	CLEANUP(free) char *name = mem_strdup(parser->lexer.token);
	if (!tape_expect(parser, TAPE_STRING, true, "a value for the variable", err))
		return false;
	vec_push(&parser->tape->variables,
		 (struct tape_variable){.name = mem_strdup(name), .value = mem_strdup(parser->lexer.token)});
	return true;
}

static bool load_into(struct tape *tape, const char *path, int depth, struct err *err);

static bool parse_source(struct tape_parser *parser, struct err *err)
{
	if (!tape_expect(parser, TAPE_STRING, true, "the path of a tape", err))
		return false;
	if (!parser->folder)
		return tape_lex_error(&parser->lexer, err, "Source works only in a tape that is read from a file");
	if (parser->depth >= TAPE_NESTING_MAX)
		return tape_lex_error(&parser->lexer, err, "tapes are nested more than %d levels deep",
				      TAPE_NESTING_MAX);
	bool absolute = *parser->lexer.token == '/';
	CLEANUP(free)
	char *path = str_printf("%s%s%s", absolute ? "" : parser->folder, absolute ? "" : "/", parser->lexer.token);
	return load_into(parser->tape, path, parser->depth + 1, err);
}

static bool parse_ignored(struct tape_parser *parser, const char *name, bool with_argument, struct err *err)
{
	enum tape_token token;
	tape_add_note(parser, "the command", name);
	return !with_argument || tape_lex_next(&parser->lexer, true, &token, err);
}

/* Letters alone are typed, not pressed. */
static bool is_key_word(const char *word, struct key *key)
{
	if (!key_parse(word, key))
		return false;
	return key->code >= KEY_CODE_FIRST || key->mods != 0 || strlen(word) > 1;
}

static bool parse_key(struct tape_parser *parser, char *word, struct err *err)
{
	struct tape_command *command = &parser->command;
	int64_t ms = TAPE_NOT_SET;
	/* "Ctrl+@" is a key, "Down@100ms" is one with a time. */
	if (!is_key_word(word, &command->key)) {
		if (strrchr(word, '@') && !tape_take_time(parser, word, &ms, err))
			return false;
		if (!is_key_word(word, &command->key))
			return tape_lex_error(&parser->lexer, err, "'%s' is neither a command nor a key", word);
	}
	command->op = TAPE_KEY;
	command->time_ms = ms;
	command->number = 1;
	if (tape_next_is_number(parser) && !tape_read_number(parser, TAPE_REPEAT_MAX, &command->number, err))
		return false;
	parser->tape->begun = true;
	vec_push(&parser->tape->commands, *command);
	return true;
}

static void finish_command(struct tape_command *command)
{
	free(command->text);
	pattern_destroy(command->pattern);
	vec_each (&command->masks, mask)
		pattern_destroy(mask->pattern);
	vec_finish(&command->masks);
}

static bool parse_known(struct tape_parser *parser, size_t at, const char *scope, struct err *err)
{
	parser->command.op = tape_commands[at].op;
	if (!tape_commands[at].parse(parser, scope, err)) {
		finish_command(&parser->command);
		return false;
	}
	parser->tape->begun = true;
	vec_push(&parser->tape->commands, parser->command);
	return true;
}

static bool parse_command(struct tape_parser *parser, struct err *err)
{
	char word[PATTERN_TEXT_MAX * 4], name[64];
	static const struct {
		const char *name;
		bool with_argument;
	} ignored[] = {{"Output", true}, {"Require", true}, {"Hide", false}, {"Show", false}};
	snprintf(word, sizeof word, "%s", parser->lexer.token);
	if (str_eq(word, "Set"))
		return tape_parse_set(parser, err);
	if (str_eq(word, "Env"))
		return parse_env(parser, err);
	if (str_eq(word, "Source"))
		return parse_source(parser, err);
	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		if (str_eq(ignored[i].name, word))
			return parse_ignored(parser, ignored[i].name, ignored[i].with_argument, err);
	size_t len = strcspn(word, "+@");
	snprintf(name, sizeof name, "%.*s", (int)len, word);
	for (size_t i = 0; i < ARRAY_LEN(tape_commands); i++) {
		if (!str_eq(tape_commands[i].name, name))
			continue;
		if (tape_commands[i].timed && !tape_take_time(parser, word, &parser->command.time_ms, err))
			return false;
		if (word[len] && !(word[len] == '+' && tape_commands[i].scoped))
			return tape_lex_error(&parser->lexer, err, "%s takes no '%s'", name, word + len);
		return parse_known(parser, i, word[len] ? word + len + 1 : "", err);
	}
	return parse_key(parser, word, err);
}

static bool parse_all(struct tape_parser *parser, struct err *err)
{
	for (;;) {
		enum tape_token token;
		if (!tape_lex_next(&parser->lexer, false, &token, err))
			return false;
		if (token == TAPE_END)
			return true;
		if (token != TAPE_WORD)
			return tape_lex_error(&parser->lexer, err, "expected a command here");
		if (parser->tape->commands.len >= TAPE_COMMANDS_MAX || parser->tape->notes.len >= TAPE_COMMANDS_MAX ||
		    parser->tape->variables.len >= TAPE_COMMANDS_MAX)
			return tape_lex_error(&parser->lexer, err, "too many commands: the limit is %d",
					      TAPE_COMMANDS_MAX);
		parser->command = (struct tape_command){.file = parser->lexer.file,
							.line = parser->lexer.token_line,
							.column = parser->lexer.token_column,
							.time_ms = TAPE_NOT_SET};
		if (!parse_command(parser, err))
			return false;
	}
}

static bool parse_into(struct tape *tape, const char *file, const char *text, size_t len, const char *folder, int depth,
		       struct err *err)
{
	struct tape_parser *parser = mem_alloc(sizeof *parser);
	char *name = mem_strdup(file);
	vec_push(&tape->files, name);
	parser->tape = tape;
	parser->folder = folder;
	parser->depth = depth;
	tape_lex_init(&parser->lexer, name, text, len);
	bool ok = parse_all(parser, err);
	free(parser);
	return ok;
}

static bool load_into(struct tape *tape, const char *path, int depth, struct err *err)
{
	struct buf text = BUF_INIT(TAPE_FILE_MAX);
	const char *slash = strrchr(path, '/');
	CLEANUP(free) char *folder = slash ? mem_strndup(path, (size_t)(slash - path)) : mem_strdup(".");
	const struct file_use use = {.what = "the tape", .follow = true};
	bool ok = file_read(path, &use, &text, err) &&
		  parse_into(tape, path, buf_str(&text), text.len, folder, depth, err);
	buf_finish(&text);
	return ok;
}

/* ---- from outside ---- */

static struct tape *tape_create(void)
{
	struct tape *tape = mem_alloc(sizeof *tape);
	tape->settings.clock_ms = TAPE_NOT_SET;
	return tape;
}

struct tape *tape_load(const char *path, struct err *err)
{
	struct tape *tape = tape_create();
	if (load_into(tape, path, 0, err))
		return tape;
	tape_destroy(tape);
	return NULL;
}

struct tape *tape_parse(const char *name, const char *text, size_t len, struct err *err)
{
	struct tape *tape = tape_create();
	if (parse_into(tape, name, text, len, NULL, 0, err))
		return tape;
	tape_destroy(tape);
	return NULL;
}

void tape_destroy(struct tape *tape)
{
	if (!tape)
		return;
	vec_each (&tape->commands, command)
		finish_command(command);
	vec_each (&tape->variables, variable) {
		free(variable->name);
		free(variable->value);
	}
	vec_each (&tape->notes, text)
		free(*text);
	vec_each (&tape->files, file)
		free(*file);
	vec_finish(&tape->commands);
	vec_finish(&tape->variables);
	vec_finish(&tape->notes);
	vec_finish(&tape->files);
	free(tape);
}

const struct tape_settings *tape_settings(const struct tape *tape)
{
	return &tape->settings;
}

size_t tape_note_count(const struct tape *tape)
{
	return tape->notes.len;
}

const char *tape_note(const struct tape *tape, size_t index)
{
	return tape->notes.items[index];
}

size_t tape_env_count(const struct tape *tape)
{
	return tape->variables.len;
}

const char *tape_env(const struct tape *tape, size_t index, const char **value)
{
	*value = tape->variables.items[index].value;
	return tape->variables.items[index].name;
}
