/* The pieces that commands and settings of a tape are read from: a token of a kind, numbers, times, expressions. */
#include <string.h>

#include "api/base/str.h"
#include "tui/tape/tape_private.h"

bool tape_expect(struct tape_parser *parser, enum tape_token wanted, bool path, const char *what, struct err *err)
{
	enum tape_token token;
	if (!tape_lex_next(&parser->lexer, path, &token, err))
		return false;
	bool word_for_string = wanted == TAPE_STRING && token == TAPE_WORD;
	return token == wanted || word_for_string || tape_lex_error(&parser->lexer, err, "expected %s here", what);
}

bool tape_take_time(struct tape_parser *parser, char *word, int64_t *ms, struct err *err)
{
	char *at = strrchr(word, '@');
	*ms = TAPE_NOT_SET;
	if (!at)
		return true;
	if (!tape_lex_time(at + 1, ms))
		return tape_lex_error(&parser->lexer, err, "'%s' is not a duration; use a form such as 500ms, 2s or 1m",
				      at + 1);
	*at = '\0';
	return true;
}

bool tape_next_is_number(const struct tape_parser *parser)
{
	const struct tape_lexer *lexer = &parser->lexer;
	size_t at = lexer->at;
	while (at < lexer->len && (lexer->text[at] == ' ' || lexer->text[at] == '\t'))
		at++;
	return at < lexer->len && lexer->text[at] >= '0' && lexer->text[at] <= '9';
}

bool tape_read_number(struct tape_parser *parser, int64_t most, int64_t *number, struct err *err)
{
	if (!tape_expect(parser, TAPE_WORD, false, "a number", err))
		return false;
	if (!str_to_i64(parser->lexer.token, number) || *number < 0 || *number > most)
		return tape_lex_error(&parser->lexer, err, "'%s' is not a number from 0 to %lld", parser->lexer.token,
				      (long long)most);
	return true;
}

bool tape_read_time(struct tape_parser *parser, int64_t *ms, struct err *err)
{
	if (!tape_expect(parser, TAPE_WORD, false, "a duration", err))
		return false;
	if (!tape_lex_time(parser->lexer.token, ms))
		return tape_lex_error(&parser->lexer, err, "'%s' is not a duration; use a form such as 500ms, 2s or 1m",
				      parser->lexer.token);
	return true;
}

bool tape_read_pattern(struct tape_parser *parser, struct pattern **pattern, char **text, struct err *err)
{
	struct err why = {0};
	if (!tape_expect(parser, TAPE_REGEX, false, "an expression /…/", err))
		return false;
	*pattern = pattern_compile(parser->lexer.token, PATTERN_MULTILINE, &why);
	if (!*pattern)
		return tape_lex_error(&parser->lexer, err, "%s", why.text);
	if (text)
		*text = mem_strdup(parser->lexer.token);
	return true;
}

void tape_add_note(struct tape_parser *parser, const char *what, const char *name)
{
	vec_push(&parser->tape->notes,
		 str_printf("%s:%d:%d: %s %s has no effect here and is ignored", parser->lexer.file,
			    parser->lexer.token_line, parser->lexer.token_column, what, name));
}
