/* The folder of journals. */
#ifndef MQDECK_OPS_JOURNAL_JOURNAL_DIR_H
#define MQDECK_OPS_JOURNAL_JOURNAL_DIR_H

#include "api/ops/journal/history_plan.h"

bool ops_journal_id_is_valid(const char *id);
char *ops_journal_path(const char *dir, const char *id); /* free() it */
/* An existing one, of that path; flags: O_RDONLY and the like. -1 with err. */
int ops_journal_open_file(const char *dir, const char *id, const char *path, int flags, struct err *err) MUST_USE;
/* Makes it with mode 0700, and what is above it. */
bool ops_journal_dir_make(const char *dir, struct err *err) MUST_USE;
bool ops_journal_dir_sync(const char *dir, struct err *err) MUST_USE;
/* Removes the oldest of those that ended until `kept` of them are left. */
void ops_journal_dir_prune(const char *dir, size_t kept);
/* With the state that the lock tells: running, or interrupted. */
struct ops_history_plan *ops_history_plan_load(const char *dir, const char *id, struct err *err) MUST_USE;
struct ops_history_plan *ops_history_plan_read(int fd, const char *path, struct err *err) MUST_USE;
void ops_history_plan_judge(struct ops_history_plan *plan,
			    bool lives); /* its state, from what is written and whether it is locked */

#endif
