/* Plans asked for together: one, or one for each marked row. All are prepared before any is run, so that all they mean
 * is seen at once; then they run one after the other, and the first that fails ends it. Knows of no screen. */
#ifndef MQDECK_VIEWS_SESSION_PLANS_H
#define MQDECK_VIEWS_SESSION_PLANS_H

#include "api/ops/engine/ops.h"

enum { PLANS_MAX = 64 };

struct plans {
	struct ops_plan *items[PLANS_MAX]; /* owned */
	size_t count;                      /* 0 = none */
	size_t at;                         /* the one whose turn it is, once begun */
	bool begun;
	struct err err;                /* why the one at `at` could not be begun */
	void (*on_change)(void *data); /* never from inside a call */
	void *data;
};

/* The same operation on each target; plans that were there are destroyed. Nothing is left on failure. */
bool plans_prepare(struct plans *plans, struct ops *ops, const struct ops_operation *operation,
		   const char *const *targets, size_t target_count, const struct ops_value *values, size_t value_count,
		   struct err *err) MUST_USE;
/* One that goes back to a plan of the journal: ops_resume_plan or ops_roll_back. */
typedef struct ops_plan *plans_take_fn(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data,
				       struct err *err);
bool plans_take(struct plans *plans, struct ops *ops, plans_take_fn *take, const char *id, struct err *err) MUST_USE;
void plans_clear(struct plans *plans);

/* Of all together: preparing while one is, ready when all are, done when the last is. */
enum ops_state plans_state(const struct plans *plans);
enum ops_severity plans_severity(const struct plans *plans);     /* the worst */
bool plans_are_running(const struct plans *plans);               /* something is running on the cluster */
const struct ops_plan *plans_current(const struct plans *plans); /* the one to speak of; NULL when there is none */

bool plans_run(struct plans *plans, struct err *err) MUST_USE;
void plans_pause(struct plans *plans); /* before the next step that is no part of the one before it */
void plans_resume(struct plans *plans);
void plans_cancel(struct plans *plans); /* at the next safe point; the next ones are not begun */

#endif
