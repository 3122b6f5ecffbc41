/* Sentences are cut to the size of the struct, never allocated: an error must be possible when memory is what is
 * missing. */
#include "api/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const err_words[] = {
#define X(name, word) [ERR_##name] = word,
	ERR_CODES(X)
#undef X
};

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
	if (!err)
		return false;
	/* The old sentence may be an argument of the new one. */
	char text[ERR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	err->code = code;
	err->is_private = err->no_descriptor = false;
	memcpy(err->text, text, sizeof text);
	return false;
}

bool err_set_errno(struct err *err, int errno_value, const char *format, ...)
{
	if (!err)
		return false;
	char text[ERR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return err_set(err, ERR_SYSTEM, "%s: %s", text, strerror(errno_value));
}

bool err_prefix(struct err *err, const char *format, ...)
{
	if (!err)
		return false;
	char text[ERR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	bool is_private = err->is_private, no_descriptor = err->no_descriptor;
	err_set(err, err->code, "%s: %s", text, err->text);
	err->is_private = is_private;
	err->no_descriptor = no_descriptor;
	return false;
}

void err_clear(struct err *err)
{
	if (err) {
		err->code = ERR_NONE;
		err->text[0] = '\0';
		err->is_private = err->no_descriptor = false;
	}
}

bool err_is_set(const struct err *err)
{
	return err->code != ERR_NONE;
}

bool err_is_private(const struct err *err)
{
	return err->is_private || err->code == ERR_UNAUTHORIZED || err->code == ERR_CONFIG;
}

void err_quotes(struct err *err, const struct err *quoted)
{
	if (err && err_is_private(quoted))
		err->is_private = true;
}

const char *err_code_word(enum err_code code)
{
	return err_words[code];
}
