/* What a maintainer reads when a user reports something: one line a record, kept in a ring in memory and, when asked
 * for, in a file. Nothing is ever written to the terminal. One process, one log: the only global state of the program,
 * because a message must be possible from anywhere.
 *
 * A record says what happened, then what belongs to it as key=value:
 *
 *     2026-11-28T11:14:26.123Z debug kube request reason="list pods" method=GET path=/api/v1/pods status=200 ms=12
 *
 * Nothing is formatted, and no argument evaluated, unless somebody keeps the record: the macros look at one byte first.
 *
 * Secrets: headers, bodies, credentials, arguments and output of credential plugins are never passed to the log, and
 * errors that may quote them are told by their code (log_error_text). That log_write() masks what looks like a secret
 * is the second line, not the first. */
#ifndef MQDECK_BASE_LOG_H
#define MQDECK_BASE_LOG_H

#include <stdint.h>

#include "api/base/clock.h"
#include "api/base/err.h"

/* X(NAME, word): the rooms that log, in the words of --log-only. */
#define LOG_LAYERS(X)                                                                                                  \
	X(NET, "net")                                                                                                  \
	X(KUBE, "kube")                                                                                                \
	X(KAFKA, "kafka")                                                                                              \
	X(RABBITMQ, "rabbitmq")                                                                                        \
	X(MODEL, "model")                                                                                              \
	X(OPS, "ops")                                                                                                  \
	X(DEMO, "demo")                                                                                                \
	X(TUI, "tui")                                                                                                  \
	X(VIEWS, "views")

/* error: something of ours failed. warn: the user should know. info: what happens a few times an hour.
 * debug: what happens a few times a minute, kept in the ring. trace: all else. */
#define LOG_LEVELS(X)                                                                                                  \
	X(ERROR, "error")                                                                                              \
	X(WARN, "warn")                                                                                                \
	X(INFO, "info")                                                                                                \
	X(DEBUG, "debug")                                                                                              \
	X(TRACE, "trace")

enum log_layer {
#define X(name, word) LOG_##name,
	LOG_LAYERS(X)
#undef X
		LOG_LAYER_COUNT
};

enum log_level {
#define X(name, word) LOG_##name,
	LOG_LEVELS(X)
#undef X
		LOG_LEVEL_COUNT
};

enum {
	LOG_TEXT_MAX = 1024,              /* of a record's text, with NUL; what is longer is cut and ends with "..." */
	LOG_LINE_MAX = LOG_TEXT_MAX + 64, /* of a record as a line */
	LOG_RING_SIZE = 256 << 10,        /* bytes; some 1,500 records */
};

/* ---- setting up ---- */

/* The ring keeps debug of all layers, and up to `level` of those asked for. Once; the memory is touched as it fills. */
void log_keep(enum log_level level, uint32_t layers);
/* Appends to path up to `level` of the layers asked for (a set of bits 1 << layer; 0 = all). The file is made with mode
 * 0600; links, FIFOs, devices, others' files and files with a second name are refused. When it cannot be written (a
 * full disk) records are lost and counted, and the file goes on when it can. */
bool log_open(const char *path, enum log_level level, uint32_t layers, struct err *err) MUST_USE;
void log_close(void); /* ring and file */
/* The clock that stamps records; NULL = real time. It must live until it is replaced. */
void log_set_clock(const struct clock *clock);

const char *log_level_word(enum log_level level);
const char *log_layer_word(enum log_layer layer);
bool log_parse_level(const char *word, enum log_level *level, struct err *err) MUST_USE;
/* "kube,kafka" to bits; NULL and "" are all. */
bool log_parse_layers(const char *words, uint32_t *layers, struct err *err) MUST_USE;

/* ---- logging ---- */

struct log_gates {
	uint8_t open[LOG_LAYER_COUNT]; /* levels below this are kept by somebody */
};
extern const struct log_gates *const log_gates;

/* Is a record of this level kept? For what must be worked out before it can be told. */
#define log_is_on(level, layer) __builtin_expect((level) < log_gates->open[layer], 0)
#define log_at(level, layer, ...)                                                                                      \
	do {                                                                                                           \
		if (log_is_on(level, layer))                                                                           \
			log_write(level, layer, __VA_ARGS__);                                                          \
	} while (0)

#define log_error(layer, ...) log_at(LOG_ERROR, layer, __VA_ARGS__)
#define log_warn(layer, ...) log_at(LOG_WARN, layer, __VA_ARGS__)
#define log_info(layer, ...) log_at(LOG_INFO, layer, __VA_ARGS__)
#define log_debug(layer, ...) log_at(LOG_DEBUG, layer, __VA_ARGS__)
#define log_trace(layer, ...) log_at(LOG_TRACE, layer, __VA_ARGS__)

void log_write(enum log_level level, enum log_layer layer, const char *format, ...) PRINTF_LIKE(3, 4);

/* Copies text with everything masked ("***") that looks like a secret: userinfo of URLs, values of secret headers and of
 * names like password, token and secret. */
void log_redact(const char *text, char *out, size_t size);
/* The sentence of an error for a record, "" when there is none: of failed sign-ins, of unreadable configuration and of
 * what is private only the code's word, because such sentences quote what others said about credentials. */
const char *log_error_text(const struct err *err);

/* ---- reading the ring ---- */

struct log_record {
	int64_t at_ms; /* Unix time */
	enum log_level level;
	enum log_layer layer;
	char text[LOG_TEXT_MAX]; /* clean */
};

/* The record at *position and the position behind it; of records that are gone already the first still kept. 0 is the
 * oldest. False when there is none (yet). */
bool log_read(uint64_t *position, struct log_record *out);
uint64_t log_end_position(void); /* where the next record will stand: anything new? */
/* As a line without its end; returns its length. */
size_t log_format(const struct log_record *record, char out[static LOG_LINE_MAX]);

#endif
