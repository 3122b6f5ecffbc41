/* What the files of the log share. */
#ifndef MQDECK_BASE_LOG_PRIVATE_H
#define MQDECK_BASE_LOG_PRIVATE_H

#include "api/base/log.h"

struct log_file {
	int fd;        /* -1 = none */
	uint64_t lost; /* records since the last that could be written */
};

bool log_file_open(struct log_file *file, const char *path, struct err *err) MUST_USE;
void log_file_close(struct log_file *file);
void log_file_write(struct log_file *file, const char *line, size_t len); /* a record, with its newline */

struct log_ring {
	char *bytes;          /* NULL = none */
	uint64_t oldest, end; /* positions: bytes ever written before */
};

void log_ring_open(struct log_ring *ring);
void log_ring_close(struct log_ring *ring);
void log_ring_add(struct log_ring *ring, const struct log_record *record);
bool log_ring_read(const struct log_ring *ring, uint64_t *position, struct log_record *out);

#endif
