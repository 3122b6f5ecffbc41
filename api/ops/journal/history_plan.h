/* A journal as it was read: a plan that was run, in whatever process. journal.c writes what this reads. */
#ifndef MQDECK_OPS_JOURNAL_HISTORY_PLAN_H
#define MQDECK_OPS_JOURNAL_HISTORY_PLAN_H

#include <time.h>

#include "api/base/arena.h"
#include "api/base/vec.h"
#include "api/ops/journal/history.h"

enum { OPS_JOURNAL_WITHOUT_SUMS = 1, OPS_JOURNAL_VERSION = 2 }; /* journal_lines.h */
enum { OPS_JOURNAL_MAX = 32 * 1024 * 1024, OPS_JOURNAL_STEPS_MAX = 20000 };

struct ops_history_step {
	const char *type, *broker, *item, *title, *result; /* NULL = none */
	enum ops_step_state state;
};

struct ops_history_fact {
	const char *name, *value;
};

struct ops_history_sentence {
	enum ops_sentence_kind kind;
	const char *text;
};

/* A plan as the records tell it. Text stands in the arena. */
struct ops_history_plan {
	struct arena arena;
	struct ops_history_entry
		head; /* its step_title and state too; a plan whose end is not written is INTERRUPTED */
	const char *confirm, *cluster_uid, *cluster_digest;
	VEC(struct ops_history_step) steps;
	VEC(struct ops_history_fact) facts;
	VEC(struct ops_history_sentence) sentences; /* what it was said to mean when it was begun */
	int version;
	bool damaged;                   /* records of the middle are lost; head.lost says so */
	size_t whole;                   /* bytes: what comes after is a torn last line */
	bool open_end;                  /* those do not end with a line break */
	uint64_t next;                  /* the number of the record that is written next */
	enum ops_history_state written; /* what the records say; whether a process has it is known to the lock */
	int64_t size;                   /* of the file as it was read, and its last change: appended to, they differ */
	struct timespec changed;
};

/* The text of a journal. What is damaged is left out and said (head.lost). NULL with ERR_PARSE that names the line when
 * no whole record holds the plan, or one that is whole is not understood. */
struct ops_history_plan *ops_history_plan_parse(const char *text, size_t len, struct err *err) MUST_USE;
void ops_history_plan_destroy(struct ops_history_plan *history); /* NULL is fine */
DEFINE_CLEANUP(struct ops_history_plan *, ops_history_plan_destroy);

#endif
