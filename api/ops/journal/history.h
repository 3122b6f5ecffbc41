/* Plans that were run, as their journals tell them.
 *
 * Every plan that is run leaves a file ID.jsonl in a folder of the user's: what was to be done, each step as it
 * begins and ends, and how it ended. With it a plan outlives its process: another one resumes it at the first step
 * that was not done. Text in it may hold names from a cluster. */

#ifndef MQDECK_OPS_JOURNAL_HISTORY_H
#define MQDECK_OPS_JOURNAL_HISTORY_H

#include "api/ops/plan/operation.h"

/* $XDG_STATE_HOME/mqdeck/plans, else ~/.local/state/mqdeck/plans; free() it. NULL with err when there is no home. */
char *ops_journal_plans_dir(struct err *err) MUST_USE;
/* "user@host"; free() it. */
char *ops_journal_who(void);

/* X(name, word) */
#define OPS_HISTORY_STATES(X)                                                                                          \
	X(RUNNING, "running")         /* a living process has it */                                                    \
	X(PAUSED, "paused")           /* a living process has it */                                                    \
	X(INTERRUPTED, "interrupted") /* its process ended without a word */                                           \
	X(FAILED, "failed")                                                                                            \
	X(CANCELLED, "cancelled")                                                                                      \
	X(DONE, "done")                                                                                                \
	X(ABANDONED, "abandoned")                                                                                      \
	X(UNREADABLE, "unreadable") /* err says why; only the id is known */

enum ops_history_state {
#define X(name, word) OPS_HISTORY_##name,
	OPS_HISTORY_STATES(X)
#undef X
};
const char *ops_history_word(enum ops_history_state state);

struct ops_history_entry {
	const char *id, *operation, *target, *title;
	const char *who;        /* "user@host" who ran it last */
	const char *cluster;    /* "https://host:port" of the API server */
	const char *rolls_back; /* the plan that it rolls back, NULL */
	const char *rolled_back_by;
	enum ops_history_state state;
	size_t step, step_count;        /* the one it is at, from 0; step_count when all are done */
	const char *step_title;         /* of that one, NULL when all are done */
	const char *result;             /* how it ended, NULL */
	const char *lost;               /* what of its journal cannot be read, a sentence; NULL = nothing */
	int64_t started_ms, changed_ms; /* Unix time */
	struct err err;
};

struct ops_history_plan;

struct ops_history { /* newest first */
	struct ops_history_entry *items;
	struct ops_history_plan **read; /* what the text stands in */
	size_t count;
	bool more; /* older ones are left out: reading goes on with the next call */
};

/* An empty or missing folder is an empty list. `history` is zeroed or as it was read before: then only files that
 * changed are read again. On failure it stays as it was. limit: of bytes that are read in one call, so that it takes
 * a few milliseconds; 0 = all there is. */
enum { OPS_HISTORY_SLICE = 64 * 1024 };
bool ops_history_read(const char *dir, struct ops_history *history, size_t limit, struct err *err) MUST_USE;
/* The same of just that one; empty on failure. */
bool ops_history_read_one(const char *dir, const char *id, struct ops_history *history, struct err *err) MUST_USE;
void ops_history_finish(struct ops_history *history);
static inline void cleanup_ops_history_finish(struct ops_history *history)
{
	ops_history_finish(history);
}

#endif
