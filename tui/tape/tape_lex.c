/* Tokens of a tape: words, strings, regular expressions, times, with file and line for every error. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/tape/tape_private.h"

void tape_lex_init(struct tape_lexer *lexer, const char *file, const char *text, size_t len)
{
	*lexer = (struct tape_lexer){.file = file, .text = text, .len = len, .line = 1, .column = 1};
}

bool tape_lex_error(const struct tape_lexer *lexer, struct err *err, const char *format, ...)
{
	char what[ERR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return err_set(err, ERR_PARSE, "%s:%d:%d: %s", lexer->file, lexer->token_line, lexer->token_column, what);
}

/* ---- characters ---- */

static int tape_lex_front(const struct tape_lexer *lexer)
{
	return lexer->at < lexer->len ? (unsigned char)lexer->text[lexer->at] : -1;
}

static void tape_lex_advance(struct tape_lexer *lexer)
{
	if (lexer->text[lexer->at++] == '\n') {
		lexer->line++;
		lexer->column = 1;
	} else {
		lexer->column++;
	}
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blank(struct tape_lexer *lexer)
{
	for (;;) {
		while (is_blank(tape_lex_front(lexer)))
			tape_lex_advance(lexer);
		if (tape_lex_front(lexer) != '#')
			return;
		while (tape_lex_front(lexer) >= 0 && tape_lex_front(lexer) != '\n')
			tape_lex_advance(lexer);
	}
}

static bool tape_lex_add(struct tape_lexer *lexer, size_t *len, char c, struct err *err)
{
	if (*len + 1 >= sizeof lexer->token)
		return tape_lex_error(lexer, err, "too long");
	if (c == '\0')
		return tape_lex_error(lexer, err, "NUL bytes are not allowed here");
	lexer->token[(*len)++] = c;
	return true;
}

/* ---- tokens ---- */

static int tape_lex_hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind a backslash in "…". */
static bool read_escape(struct tape_lexer *lexer, size_t *len, struct err *err)
{
	static const char from[] = "\"\\nte", to[] = "\"\\\n\t\x1b";
	int c = tape_lex_front(lexer);
	const char *found = c > 0 ? strchr(from, c) : NULL;
	if (found) {
		tape_lex_advance(lexer);
		return tape_lex_add(lexer, len, to[found - from], err);
	}
	if (c != 'x')
		return tape_lex_error(lexer, err, "unknown escape; use one of \\\" \\\\ \\n \\t \\e \\xHH");
	tape_lex_advance(lexer);
	int high = tape_lex_hex_digit(tape_lex_front(lexer));
	if (high >= 0)
		tape_lex_advance(lexer);
	int low = tape_lex_hex_digit(tape_lex_front(lexer));
	if (high < 0 || low < 0)
		return tape_lex_error(lexer, err, "\\x needs two hexadecimal digits");
	tape_lex_advance(lexer);
	return tape_lex_add(lexer, len, (char)(high << 4 | low), err);
}

static bool tape_lex_read_string(struct tape_lexer *lexer, struct err *err)
{
	size_t len = 0;
	int quote = tape_lex_front(lexer);
	tape_lex_advance(lexer);
	while (tape_lex_front(lexer) != quote) {
		int c = tape_lex_front(lexer);
		if (c < 0 || c == '\n')
			return tape_lex_error(lexer, err, "unterminated string");
		tape_lex_advance(lexer);
		bool escape = c == '\\' && quote == '"';
		if (!(escape ? read_escape(lexer, &len, err) : tape_lex_add(lexer, &len, (char)c, err)))
			return false;
	}
	tape_lex_advance(lexer);
	lexer->token[len] = '\0';
	return true;
}

static bool read_regex(struct tape_lexer *lexer, struct err *err)
{
	size_t len = 0;
	tape_lex_advance(lexer);
	while (tape_lex_front(lexer) != '/') {
		int c = tape_lex_front(lexer);
		if (c < 0 || c == '\n')
			return tape_lex_error(lexer, err, "unterminated expression");
		tape_lex_advance(lexer);
		if (c == '\\' && tape_lex_front(lexer) == '/') {
			c = '/';
			tape_lex_advance(lexer);
		} else if (c == '\\' && tape_lex_front(lexer) >= ' ') {
			if (!tape_lex_add(lexer, &len, '\\', err))
				return false;
			c = tape_lex_front(lexer);
			tape_lex_advance(lexer);
		}
		if (!tape_lex_add(lexer, &len, (char)c, err))
			return false;
	}
	tape_lex_advance(lexer);
	lexer->token[len] = '\0';
	return true;
}

static bool tape_lex_read_word(struct tape_lexer *lexer, struct err *err)
{
	size_t len = 0;
	while (tape_lex_front(lexer) >= 0 && !is_blank(tape_lex_front(lexer))) {
		if (!tape_lex_add(lexer, &len, (char)tape_lex_front(lexer), err))
			return false;
		tape_lex_advance(lexer);
	}
	lexer->token[len] = '\0';
	return true;
}

static enum tape_token kind_of(int c, bool path)
{
	if (c < 0)
		return TAPE_END;
	if (c == '"' || c == '\'' || c == '`')
		return TAPE_STRING;
	return c == '/' && !path ? TAPE_REGEX : TAPE_WORD;
}

enum tape_token tape_lex_peek(const struct tape_lexer *lexer, bool path)
{
	struct tape_lexer ahead = {.text = lexer->text, .len = lexer->len, .at = lexer->at};
	skip_blank(&ahead);
	return kind_of(tape_lex_front(&ahead), path);
}

bool tape_lex_next(struct tape_lexer *lexer, bool path, enum tape_token *token, struct err *err)
{
	skip_blank(lexer);
	lexer->token_line = lexer->line;
	lexer->token_column = lexer->column;
	lexer->token[0] = '\0';
	*token = kind_of(tape_lex_front(lexer), path);
	switch (*token) {
	case TAPE_STRING:
		return tape_lex_read_string(lexer, err);
	case TAPE_REGEX:
		return read_regex(lexer, err);
	case TAPE_WORD:
		return tape_lex_read_word(lexer, err);
	case TAPE_END:
		return true;
	}
	return false;
}

/* "500ms", "2s", "1m", "0.5" (seconds). */
bool tape_lex_time(const char *text, int64_t *ms)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}};
	char *end;
	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	double number = strtod(text, &end);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(end, units[i].name) != 0 || !(number >= 0) || number * units[i].ms > 86400e3)
			continue;
		*ms = llround(number * units[i].ms);
		return true;
	}
	return false;
}
