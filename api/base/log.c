/* The log's front: who keeps what, and how a record is made. log_ring.c and log_file.c keep it, log_redact.c masks. */
#include "api/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/base/log_private.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/text.h"

static const char *const log_level_words[] = {
#define X(name, word) [LOG_##name] = word,
	LOG_LEVELS(X)
#undef X
};

static const char *const log_layer_words[] = {
#define X(name, word) [LOG_##name] = word,
	LOG_LAYERS(X)
#undef X
};

static struct log_gates log_open_gates; /* only this file may move them */
const struct log_gates *const log_gates = &log_open_gates;

static struct {
	struct log_ring ring;
	struct log_file file;
	struct log_gates ring_gates, file_gates;
	const struct clock *clock;
} log_state = {.file = {.fd = -1}};

/* ---- setting up ---- */

static void log_set_gates(struct log_gates *gates, enum log_level level, uint32_t layers)
{
	for (size_t i = 0; i < LOG_LAYER_COUNT; i++) {
		if (!layers || layers >> i & 1)
			gates->open[i] = (uint8_t)(level + 1);
	}
	for (size_t i = 0; i < LOG_LAYER_COUNT; i++) {
		uint8_t ring = log_state.ring_gates.open[i], file = log_state.file_gates.open[i];
		log_open_gates.open[i] = ring > file ? ring : file;
	}
}

void log_keep(enum log_level level, uint32_t layers)
{
	log_ring_open(&log_state.ring);
	log_set_gates(&log_state.ring_gates, LOG_DEBUG, 0);
	if (level > LOG_DEBUG)
		log_set_gates(&log_state.ring_gates, level, layers);
}

bool log_open(const char *path, enum log_level level, uint32_t layers, struct err *err)
{
	if (!log_file_open(&log_state.file, path, err))
		return false;
	log_state.file_gates = (struct log_gates){0};
	log_set_gates(&log_state.file_gates, level, layers);
	return true;
}

void log_close(void)
{
	log_open_gates = log_state.ring_gates = log_state.file_gates = (struct log_gates){0};
	log_ring_close(&log_state.ring);
	log_file_close(&log_state.file);
	log_state.clock = NULL;
}

void log_set_clock(const struct clock *clock)
{
	log_state.clock = clock;
}

/* ---- words ---- */

const char *log_level_word(enum log_level level)
{
	return log_level_words[level];
}

const char *log_layer_word(enum log_layer layer)
{
	return log_layer_words[layer];
}

bool log_parse_level(const char *word, enum log_level *level, struct err *err)
{
	for (size_t i = 0; i < LOG_LEVEL_COUNT; i++) {
		if (str_eq(log_level_words[i], word)) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return err_set(err, ERR_USAGE, "\"%s\" is not a log level; use error, warn, info, debug or trace",
		       str_or(word, ""));
}

static bool log_parse_layer(const char *word, size_t len, uint32_t *layers)
{
	for (size_t i = 0; i < LOG_LAYER_COUNT; i++) {
		if (strlen(log_layer_words[i]) == len && memcmp(log_layer_words[i], word, len) == 0) {
			*layers |= 1U << i;
			return true;
		}
	}
	return false;
}

bool log_parse_layers(const char *words, uint32_t *layers, struct err *err)
{
	uint32_t bits = 0;
	for (const char *word = words; !str_empty(word);) {
		size_t len = strcspn(word, ",");
		if (!log_parse_layer(word, len, &bits))
			return err_set(err, ERR_USAGE,
				       "\"%.*s\" is not a log layer; use net, kube, kafka, rabbitmq, model, ops, demo, "
				       "tui or views",
				       (int)len, word);
		word += len + (word[len] == ',');
	}
	*layers = bits;
	return true;
}

/* ---- records ---- */

static void log_to_file(const struct log_record *record)
{
	char line[LOG_LINE_MAX + 1];
	size_t len = log_format(record, line);
	line[len++] = '\n';
	log_file_write(&log_state.file, line, len);
}

void log_write(enum log_level level, enum log_layer layer, const char *format, ...)
{
	/* Twice the room for what is masked and escaped, which makes text longer. */
	char message[LOG_TEXT_MAX], redacted[2 * LOG_TEXT_MAX];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(message, sizeof message, format, args);
	va_end(args);
	if (len < 0)
		return;
	struct clock real = clock_real();
	struct log_record record = {
		.at_ms = clock_wall_ms(log_state.clock ? log_state.clock : &real), .level = level, .layer = layer};
	log_redact(message, redacted, sizeof redacted);
	size_t clean = text_clean(redacted, strlen(redacted), record.text, sizeof record.text - 3);
	/* text_clean() cuts without a word: what did not fit shows in the full buffer. */
	if ((size_t)len >= sizeof message || clean + 16 >= sizeof record.text - 3)
		memcpy(record.text + clean, "...", 4);
	if (level < log_state.ring_gates.open[layer])
		log_ring_add(&log_state.ring, &record);
	if (level < log_state.file_gates.open[layer])
		log_to_file(&record);
}

size_t log_format(const struct log_record *record, char out[static LOG_LINE_MAX])
{
	char stamp[32];
	clock_format_rfc3339(record->at_ms, stamp);
	stamp[strcspn(stamp, "Z")] = '\0';
	return (size_t)snprintf(out, LOG_LINE_MAX, "%s.%03dZ %s %s %s", stamp, (int)(record->at_ms % 1000),
				log_level_words[record->level], log_layer_words[record->layer], record->text);
}

const char *log_error_text(const struct err *err)
{
	if (!err_is_set(err))
		return "";
	return err_is_private(err) ? err_code_word(err->code) : err->text;
}

/* ---- the ring ---- */

bool log_read(uint64_t *position, struct log_record *out)
{
	return log_ring_read(&log_state.ring, position, out);
}

uint64_t log_end_position(void)
{
	return log_state.ring.end;
}
