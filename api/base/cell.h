/* A typed table cell: one value that sorts as what it is, prints as a person reads it and as JSON a program reads.
 * The columns of every view are made of these, on the screen and in `mqdeck get`. */
#ifndef MQDECK_BASE_CELL_H
#define MQDECK_BASE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/severity.h"

enum cell_type {
	CELL_UNKNOWN,   /* could not be read: "?" on the screen, null in JSON; sorts last, never green */
	CELL_NONE,      /* there is none, known: "–" on the screen, null in JSON */
	CELL_TEXT,      /* text, UTF-8, untrusted */
	CELL_COUNT,     /* number */
	CELL_BYTES,     /* number of bytes: "6.1Gi" */
	CELL_RATE,      /* real, a second: "4.1k/s" */
	CELL_BYTE_RATE, /* real, bytes a second: "4.1MB/s" */
	CELL_FRACTION,  /* real 0..1: "61%", drawn as a bar where there is room */
	CELL_AGE,       /* number of seconds: "5d3h" */
	CELL_BOOL,      /* number 0/1: yes / no */
	CELL_RATIO,     /* number of total: "2/3"; JSON "2/3" */
	CELL_LIST,      /* text, items joined by ',': JSON array of strings */
	CELL_NUMBERS,   /* text, integers joined by ',': JSON array of numbers */
};

struct cell {
	enum cell_type type;
	enum severity severity;
	const char *text; /* borrowed: valid until the next cell is made from the same row source */
	int64_t number, total;
	double real;
};

struct cell cell_unknown(void);
struct cell cell_none(void);
struct cell cell_text(const char *text); /* NULL gives cell_none() */
struct cell cell_list(const char *joined);
struct cell cell_numbers(const char *joined);
struct cell cell_count(int64_t n);
struct cell cell_bytes(int64_t bytes); /* negative = unknown */
struct cell cell_rate(double a_second);
struct cell cell_byte_rate(double a_second);
struct cell cell_fraction(double part); /* negative = unknown */
struct cell cell_age(int64_t seconds);  /* negative = unknown */
struct cell cell_bool(bool yes);
struct cell cell_ratio(int64_t part, int64_t total); /* either negative = unknown */
/* The same with a severity; what is unknown is never OK. */
struct cell cell_graded(struct cell cell, enum severity severity);

/* Text for a person, cleaned, into out. Returns bytes written. `ascii` avoids non-ASCII signs. */
size_t cell_format(const struct cell *cell, char *out, size_t size, bool ascii);
/* Appends the value. */
void cell_append_json(const struct cell *cell, struct buf *out);
void cell_append_yaml(const struct cell *cell, struct buf *out);
bool cell_is_missing(const struct cell *cell); /* unknown or none: sorts last, whichever way */
double cell_order(const struct cell *cell);    /* the figure that a cell without text sorts by */
bool cell_is_numeric(enum cell_type type);     /* right-aligned */

/* Figures as people read them: "6.1Gi", "12k", "5d3h". Each writes at most 16 bytes. */
void cell_human_bytes(int64_t bytes, char out[static 16]);
void cell_human_count(double count, char out[static 16]);
void cell_human_age(int64_t seconds, char out[static 16]);

#endif
