/* Records on disk: one JSON object a line, closed by its number and a checksum of all that stands before that.
 *
 * So a record is believed for itself, whatever happened to its neighbours: a flipped bit, a hole of NULs, half a line,
 * a line that stands twice or in another place. Journals of before (version 1) have lines without either. */
#ifndef MQDECK_OPS_JOURNAL_JOURNAL_LINES_H
#define MQDECK_OPS_JOURNAL_JOURNAL_LINES_H

#include "api/base/buf.h"
#include "api/base/vec.h"

struct ops_journal_line {
	const char *text; /* a JSON object, into the text that was given */
	size_t len;
	uint64_t number; /* from 1, in the order of writing; the place among the lines when none is written */
	size_t line;     /* of the file, from 1 */
	bool sealed;     /* its checksum holds; else it has none, and only its content can tell whether it is whole */
};

struct ops_journal_lines {
	VEC(struct ops_journal_line) items; /* by number, each once: a sealed one is preferred */
	size_t whole;                       /* bytes; what comes after is a torn last line */
	size_t damaged_line;                /* the first with bytes that belong to no record; 0 = none */
	uint64_t next;                      /* the number of the record that is written next */
};

void ops_journal_lines_split(const char *text, size_t len, struct ops_journal_lines *out);
void ops_journal_lines_finish(struct ops_journal_lines *lines);
static inline void cleanup_ops_journal_lines_finish(struct ops_journal_lines *lines)
{
	ops_journal_lines_finish(lines);
}

/* Closes `{"record":…` with number and checksum, brace and line break. False when the buffer's cap is passed. */
bool ops_journal_lines_seal(struct buf *record, uint64_t number) MUST_USE;

#endif
