/* The inside of a tape. Private to tui/tape. */
#ifndef MQDECK_TUI_TAPE_TAPE_PRIVATE_H
#define MQDECK_TUI_TAPE_TAPE_PRIVATE_H

#include "api/base/vec.h"
#include "tui/tape/tape.h"
#include "tui/widgets/pattern.h"

enum tape_op {
	TAPE_KEY,
	TAPE_TYPE,
	TAPE_COPY,
	TAPE_PASTE,
	TAPE_SLEEP,
	TAPE_WAIT,
	TAPE_WAIT_IDLE,
	TAPE_EXPECT,
	TAPE_EXPECT_NOT,
	TAPE_GOLDEN,
	TAPE_SCREENSHOT,
	TAPE_SECTION,
	TAPE_RESIZE,
	TAPE_SET, /* number → the setting `setting` */
	TAPE_EXIT,
};

enum tape_setting { TAPE_TYPING_SPEED, TAPE_WAIT_TIMEOUT, TAPE_KEY_TIMEOUT, TAPE_AUTO_WAIT, TAPE_SETTINGS };

enum tape_scope { TAPE_SCREEN, TAPE_LINE };

enum { TAPE_NOT_SET = -1, TAPE_ANY_LINE = 0 };

struct tape_mask {
	struct pattern *pattern;
};

struct tape_command {
	enum tape_op op;
	const char *file; /* owned by the tape */
	int line, column; /* where it stands, from 1 */
	char *text;       /* what to type, path, name of the section, source of the pattern */
	struct pattern *pattern;
	VEC(struct tape_mask) masks;
	struct key key;
	int64_t number;  /* repeat, milliseconds, exit code */
	int64_t time_ms; /* @time; TAPE_NOT_SET = the setting's */
	enum tape_scope scope;
	enum tape_setting setting;
	int row; /* Line N; TAPE_ANY_LINE */
	int height, width;
};

struct tape_variable {
	char *name, *value;
};

struct tape {
	VEC(struct tape_command) commands;
	VEC(struct tape_variable) variables;
	VEC(char *) notes;
	VEC(char *) files;
	struct tape_settings settings;
	bool begun; /* a command that is no setting was seen */
};

/* ---- the lexer (tape_lex.c) ---- */

enum tape_token { TAPE_END, TAPE_WORD, TAPE_STRING, TAPE_REGEX };

struct tape_lexer {
	const char *file, *text;
	size_t len, at;
	int line, column;             /* of `at` */
	int token_line, token_column; /* of the token read last */
	char token[PATTERN_TEXT_MAX * 4];
};

void tape_lex_init(struct tape_lexer *lexer, const char *file, const char *text, size_t len);
/* Reads a token into lexer->token. A word is everything up to a blank; `path` takes a leading '/' as part of a word. */
bool tape_lex_next(struct tape_lexer *lexer, bool path, enum tape_token *token, struct err *err) MUST_USE;
enum tape_token tape_lex_peek(const struct tape_lexer *lexer, bool path);
/* "file:line:column: …" of the token read last. Returns false. */
bool tape_lex_error(const struct tape_lexer *lexer, struct err *err, const char *format, ...) PRINTF_LIKE(3, 4);
bool tape_lex_time(const char *text, int64_t *ms);

/* ---- the parser (tape.c), its settings (tape_set.c) and what both read (tape_pieces.c) ---- */

struct tape_parser {
	struct tape *tape;
	struct tape_lexer lexer;
	struct tape_command command; /* being read */
	const char *folder;          /* of the file; NULL = Source is not possible */
	int depth;
};

/* A token of one kind into lexer->token; a word will do for a string. */
bool tape_expect(struct tape_parser *parser, enum tape_token wanted, bool path, const char *what,
		 struct err *err) MUST_USE;
/* A time behind '@' at the end of a word; cuts it off. TAPE_NOT_SET when there is none. */
bool tape_take_time(struct tape_parser *parser, char *word, int64_t *ms, struct err *err) MUST_USE;
bool tape_next_is_number(const struct tape_parser *parser);
bool tape_read_number(struct tape_parser *parser, int64_t most, int64_t *number, struct err *err) MUST_USE;
bool tape_read_time(struct tape_parser *parser, int64_t *ms, struct err *err) MUST_USE;
/* text may be NULL; else the expression as it was written, the caller's to free. */
bool tape_read_pattern(struct tape_parser *parser, struct pattern **pattern, char **text, struct err *err) MUST_USE;
void tape_add_note(struct tape_parser *parser, const char *what, const char *name);
bool tape_parse_set(struct tape_parser *parser, struct err *err) MUST_USE;

/* ---- keys (tape_keys.c) ---- */

struct key tape_key_of_character(int32_t codepoint);

/* ---- golden screens (tape_golden.c) ---- */

/* Puts signs that stand for "anything" over what the command masks, as many as were there, so that the rest keeps its
 * place. */
void tape_golden_mask(const struct tape_command *command, struct buf *text);
/* Relative, without "..". */
bool tape_golden_is_inside(const char *path);
/* A path below the folder `base`, never through a link, and regular files alone. */
bool tape_golden_write(const char *base, const char *path, const struct buf *content, struct err *err) MUST_USE;
bool tape_golden_read(const char *base, const char *path, struct buf *out, struct err *err) MUST_USE;

/* ---- failures (tape_report.c) ---- */

void tape_report_sentence(FILE *report, const char *text); /* cleaned */
void tape_report_screen(FILE *report, const struct canvas *canvas);
/* The lines that differ, each with a caret under the first difference. */
void tape_report_diff(FILE *report, const char *expected, const char *actual);

#endif
