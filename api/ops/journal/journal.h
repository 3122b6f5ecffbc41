/* The file of a plan that is run: appended to, synced at every record, locked while its process lives. history.h
 * reads it. */
#ifndef MQDECK_OPS_JOURNAL_JOURNAL_H
#define MQDECK_OPS_JOURNAL_JOURNAL_H

#include "api/ops/journal/history_plan.h"

struct ops_journal; /* open and locked */

struct ops_journal_place { /* which cluster a plan is for */
	char server[280];  /* scheme, host and port: a path may hold a token */
	char uid[64];      /* of the namespace kube-system, "" = not known */
	char digest[65];   /* of URL and CA */
};

/* Finds an id of its own for the plan (plan->id) and writes the first record. wall_ms: Unix time. */
struct ops_journal *ops_journal_create(const char *dir, struct ops_plan *plan, const struct ops_journal_place *place,
				       const char *who, int64_t wall_ms, struct err *err) MUST_USE;
/* An old one, to go on: a torn last line is cut off. ERR_REFUSED while another process has it. *history is the
 * caller's. */
struct ops_journal *ops_journal_open(const char *dir, const char *id, struct ops_history_plan **history,
				     struct err *err) MUST_USE;
void ops_journal_close(struct ops_journal *journal); /* NULL is fine */
DEFINE_CLEANUP(struct ops_journal *, ops_journal_close);

/* Each writes one record and syncs; NULL is fine and true. Facts that changed since the last record go along. */
bool ops_journal_step(struct ops_journal *journal, struct ops_plan *plan, size_t index, int64_t wall_ms,
		      struct err *err) MUST_USE;
bool ops_journal_facts(struct ops_journal *journal, struct ops_plan *plan, int64_t wall_ms, struct err *err) MUST_USE;
bool ops_journal_state(struct ops_journal *journal, const struct ops_plan *plan, enum ops_state state, int64_t wall_ms,
		       struct err *err) MUST_USE;
bool ops_journal_resumed(struct ops_journal *journal, const char *who, int64_t wall_ms, struct err *err) MUST_USE;
bool ops_journal_rolled_back(struct ops_journal *journal, const char *by, int64_t wall_ms, struct err *err) MUST_USE;
bool ops_journal_abandoned(struct ops_journal *journal, const char *who, int64_t wall_ms, struct err *err) MUST_USE;

#endif
