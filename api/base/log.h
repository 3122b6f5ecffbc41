/* The log file. Nothing is ever written to the terminal. Off until log_open(). One process, one log: the only global
 * state of the program, because a message must be possible from anywhere, also from a signal's aftermath.
 * Callers must not pass secrets; header and URL values go through log_redact(). */
#ifndef MQDECK_BASE_LOG_H
#define MQDECK_BASE_LOG_H

#include "api/base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Appends to path, made with mode 0600. */
bool log_open(const char *path, enum log_level level, struct err *err) MUST_USE;
void log_close(void);
void log_write(enum log_level level, const char *module, const char *format, ...) PRINTF_LIKE(3, 4);

/* Copies a URL or "Name: value" header with userinfo, tokens and the values of secret headers replaced by "***". */
void log_redact(const char *text, char *out, size_t size);

#define log_error(...) log_write(LOG_ERROR, __func__, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __func__, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __func__, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __func__, __VA_ARGS__)

#endif
