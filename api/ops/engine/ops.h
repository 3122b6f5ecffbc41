/* Acting on live brokers: an operation is asked for, looked at as a plan that knows its consequences, and only then
 * run.
 *
 *   ops_prepare()  access review → preflight against the world → the changes as a server-side dry run → on_ready
 *   ops_run()      preflight once more, then step by step: a guarded request, then a gate that opens when the brokers
 *                  themselves agree → on_progress after every change, the last one with ops_is_over()
 *
 * Nothing here knows of a screen: the console draws a plan, `mqdeck plan` and `mqdeck run` print it.
 * Text in a plan may hold names from the cluster: untrusted, cleaned where it is drawn. */
#ifndef MQDECK_OPS_ENGINE_OPS_H
#define MQDECK_OPS_ENGINE_OPS_H

#include "api/base/loop.h"
#include "api/ops/journal/history.h"
#include "api/ops/plan/operation.h"
#include "api/ops/plan/target.h"
#include "api/ops/table/operations.h"

struct kafka_admin;
struct kube_client;
struct ops;
struct world_view;

/* ---- doing ---- */

struct ops_options {
	struct loop *loop;
	struct kube_client *client;
	/* The world as it is now: pointers into it are used during one callback only. Never NULL. */
	const struct world_view *(*view)(void *data);
	/* The client of a Kafka cluster of that view; NULL = there is none (yet). May be NULL where there is no
	 * Kafka. */
	struct kafka_admin *(*kafka)(void *data, const char *cluster_key);
	/* A plan is about that cluster of the view: what is known of it must be of now (world_need). May be NULL. */
	void (*need)(void *data, const char *cluster_key);
	void *data;
	const char *plans_dir;    /* of journals, as of ops_journal_plans_dir(); NULL = none is kept, nothing can be
				  resumed */
	const char *no_plans_dir; /* a sentence: why there is none, and then nothing is run; NULL = run without */
	const char *who;          /* "user@host", for journals and leases; NULL = no leases are taken */
};

struct ops *ops_create(const struct ops_options *options);
/* Plans that are left end as cancelled without a call; their owner still destroys them. NULL is fine. */
void ops_destroy(struct ops *ops);
DEFINE_CLEANUP(struct ops *, ops_destroy);

/* The world as it is now: of use until the next call, as ops_options.view says. */
const struct world_view *ops_view(const struct ops *ops);

/* Something in the world changed: gates are looked at again at once, not only every second. */
void ops_world_changed(struct ops *ops);

/* For menus, now and without waiting: may this be asked for at all? False with the reason (read-only, a verb that is
 * missing). What is not known yet counts as yes: ops_prepare finds out. */
bool ops_may(struct ops *ops, const struct ops_operation *operation, const char *target, struct err *err) MUST_USE;

/* What an argument is now on a target ("" when there is no such thing): what a form begins with. */
enum { OPS_ARGUMENT_MAX = 256 };
void ops_argument_now(struct ops *ops, const struct ops_operation *operation, size_t index, const char *target,
		      char out[static OPS_ARGUMENT_MAX]);

typedef void ops_plan_fn(void *data, struct ops_plan *plan);

/* Makes a plan, at first OPS_STATE_PREPARING; on_ready comes once, never from inside. A blocked plan is ready too.
 * NULL with err for what is wrong with the request itself: unknown target, bad argument. The caller destroys the
 * plan. */
struct ops_plan *ops_prepare(struct ops *ops, const struct ops_operation *operation, const char *target,
			     const struct ops_value *values, size_t value_count, ops_plan_fn *on_ready, void *data,
			     struct err *err) MUST_USE;

/* Runs a ready plan. False with ERR_REFUSED when it is blocked or not ready. on_progress is never called from inside
 * and may be the last call: then ops_is_over(). It may destroy the plan when ops_is_over(). */
bool ops_run(struct ops_plan *plan, ops_plan_fn *on_progress, void *data, struct err *err) MUST_USE;

/* Stops at the next safe point: a request that was sent is waited for, a gate is left, a step that belongs to the
 * one before it is done first. Says so through on_progress, or through on_ready when the plan was not ready yet. */
void ops_cancel(struct ops_plan *plan);

/* Pauses before the next step that does not belong to the one before it; until then OPS_STATE_PAUSING. Without
 * effect in any other state than RUNNING. */
void ops_pause(struct ops_plan *plan);
/* Takes a pause back, or resumes: the world is checked again first, and what forbids going on is the `why` of the
 * step that would be next, while the plan stays paused. Without effect on a plan that is not paused. */
void ops_resume(struct ops_plan *plan);

/* At any time; whatever is under way is dropped without a call. NULL is fine. */
void ops_plan_destroy(struct ops_plan *plan);
DEFINE_CLEANUP(struct ops_plan *, ops_plan_destroy);

/* ---- plans that were run (api/ops/journal/history.h) ---- */

/* Whether it can be resumed, or rolled back, as far as it tells itself; false with the reason. err may be
 * NULL. */
bool ops_may_resume(const struct ops_history_entry *history, struct err *err) MUST_USE;
bool ops_may_roll_back(const struct ops_history_entry *history, struct err *err) MUST_USE;
/* It was run against the API server that these operations talk to, as far as addresses tell. */
bool ops_was_run_here(const struct ops *ops, const struct ops_history_entry *history);

/* One of them whole, for reading: sentences, steps with their states, facts, result. It cannot be run;
 * ops_plan_destroy it. */
struct ops_plan *ops_read_plan(const char *dir, const char *id, struct err *err) MUST_USE;

/* Resumes a plan that was interrupted, failed or was cancelled: rights and preflight are asked for as of now, the
 * steps done stay done, and ops_run() goes on at the first that is not. As ops_prepare. ERR_REFUSED while a living
 * process has it, or when there is nothing left of it to do. */
struct ops_plan *ops_resume_plan(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data,
				 struct err *err) MUST_USE;
/* Prepares the plan that rolls that one back, as far as it went. */
struct ops_plan *ops_roll_back(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data,
			       struct err *err) MUST_USE;
/* It is left where it is and cannot be resumed any more. Its leases are given back; `done` is called once, never
 * from inside, with err when that was not possible: they run out by themselves. Not called when ops is destroyed
 * first. */
bool ops_abandon(struct ops *ops, const char *id, void (*done)(void *data, const struct err *err), void *data,
		 struct err *err) MUST_USE;

#endif
