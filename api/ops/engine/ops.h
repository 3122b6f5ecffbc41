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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/base/mem.h"

struct kafka_admin;
struct kube_client;
struct ops;
struct ops_plan;
struct ops_step_type;
struct ops_context;
struct ops_needs;
struct world_broker;
struct world_view;

/* ---- the table of operations ---- */

/* What an operation works on. Keys: world_cluster.key, world_node.name, and "namespace/pod" of a broker, which has a
 * '/' where a node's name has none. */
enum ops_target { OPS_ON_CLUSTER, OPS_ON_NODE, OPS_ON_BROKER, OPS_ON_BROKER_OR_NODE };

enum ops_argument_type { OPS_ARGUMENT_NUMBER, OPS_ARGUMENT_TEXT };

struct ops_argument {
	const char *name, *help;
	enum ops_argument_type type;
	int64_t min, max; /* of numbers */
	bool required;
	/* What it is now on that target, for forms to begin with; leaves out as it is ("") when it is not known.
	 * NULL = there is no such thing. */
	void (*now)(const struct ops_context *context, char *out, size_t size);
};

/* What is asked for: an operation on a target with its arguments. */
enum { OPS_VALUES_MAX = 8 };

struct ops_value {
	const char *name, *value;
};

struct ops_request {
	const struct ops_operation *operation;
	const char *target;                      /* key */
	struct ops_value values[OPS_VALUES_MAX]; /* text borrowed from the plan it was made of, or static */
	size_t value_count;
};

/* The functions see the world of one moment; an operation keeps what it must remember as facts of the plan (plan.h). */
struct ops_operation {
	const char *name;    /* on the command line: "scale" */
	const char *title;   /* in menus: "Scale" */
	const char *summary; /* one line of help */
	const char *key;     /* hint for the default key, "" = none; views/app/keys.def binds */
	enum ops_target target;
	const char *only; /* "Kafka" or "RabbitMQ": the kind of broker that knows such a thing; NULL = both */
	bool no_lease;    /* may run beside a plan of somebody else: it changes no broker cluster */
	const struct ops_argument *arguments;
	size_t argument_count;
	/* What must be read before it can be planned and is not in the world: a request that changes nothing, whose
	 * answer leaves facts. NULL = the world is enough. */
	const struct ops_step_type *look;
	/* Which rights every step together needs. */
	void (*access)(const struct ops_context *context, struct ops_needs *needs);
	/* What will be done: title, facts, OPS_CHANGES sentences and steps. */
	void (*plan)(struct ops_plan *plan, const struct ops_context *context);
	/* What follows from it and what forbids it. Runs again before the first step: it adds sentences and nothing
	 * else. In a plan that is `under_way` it must not forbid what the plan itself made so (ops_note_already). */
	void (*preflight)(struct ops_plan *plan, const struct ops_context *context);
	/* Which brokers it takes away for a while or for good, of whatever cluster, together or one after the other:
	 * what the impact and the map are drawn from (impact.h). NULL = none. */
	size_t (*away)(const struct ops_plan *plan, const struct ops_context *context, const struct world_broker **out,
		       size_t max, bool *in_turn);
	/* What takes a plan back that went so far: false with the reason when nothing does. NULL = nothing does. */
	bool (*undo)(const struct ops_plan *plan, struct ops_request *out, struct err *err);
};

/* In the order of ops.def. */
const struct ops_operation *const *ops_table(size_t *count);
const struct ops_operation *ops_find(const char *name); /* NULL when there is none */

/* ---- a plan, for reading ---- */

/* X(name, word): how much care it needs, rising. */
#define OPS_SEVERITIES(X)                                                                                              \
	X(SAFE, "safe")                                                                                                \
	X(CAREFUL, "careful")                                                                                          \
	X(DANGEROUS, "dangerous") /* `confirm` is to be typed */                                                       \
	X(BLOCKED, "blocked")     /* cannot be run: an OPS_BLOCKS sentence says why */

enum ops_severity {
#define X(name, word) OPS_##name,
	OPS_SEVERITIES(X)
#undef X
};
const char *ops_severity_word(enum ops_severity severity);

/* X(name, label, severity it gives the plan) */
#define OPS_SENTENCES(X)                                                                                               \
	X(CHANGES, "Changes", OPS_SAFE)                                                                                \
	X(MEANS, "Means", OPS_SAFE) /* for replication and for clients */                                              \
	X(CAUTION, "Caution", OPS_CAREFUL)                                                                             \
	X(DANGER, "Danger", OPS_DANGEROUS)                                                                             \
	X(BLOCKS, "Blocked", OPS_BLOCKED)                                                                              \
	X(UNDO, "Undo", OPS_SAFE)

enum ops_sentence_kind {
#define X(name, label, severity) OPS_##name,
	OPS_SENTENCES(X)
#undef X
};
const char *ops_sentence_label(enum ops_sentence_kind kind);

struct ops_sentence {
	enum ops_sentence_kind kind;
	char *text;
};

#define OPS_STEP_STATES(X)                                                                                             \
	X(WAITING, "waiting")                                                                                          \
	X(RUNNING, "running")                                                                                          \
	X(DONE, "done")                                                                                                \
	X(FAILED, "failed")                                                                                            \
	X(SKIPPED, "skipped") /* what it is after was so already, or the plan ended before it */

enum ops_step_state {
#define X(name, word) OPS_STEP_##name,
	OPS_STEP_STATES(X)
#undef X
};
const char *ops_step_state_word(enum ops_step_state state);

struct ops_step {
	const struct ops_step_type *type;
	char *broker; /* key of the broker it is about, NULL = the target */
	char *item;   /* what else it is about: a pod, a queue, a claim; NULL */
	char *title;  /* "scale StatefulSet mq/kafka from 3 to 4" */
	enum ops_step_state state;
	bool dry_run_ok;              /* the server accepted it as a dry run */
	char *figure;                 /* of the gate, live: "kafka-3 is starting, 3 of 4 brokers answer"; NULL */
	double fraction;              /* of the gate, 0..1; negative = not known */
	int64_t estimate_ms;          /* left until the gate opens, a guess; -1 = not known */
	char *why;                    /* what holds it up, in a sentence; NULL = nothing known */
	char *result;                 /* how it ended; NULL before */
	int64_t started_ms, ended_ms; /* loop clock; -1 = not yet */
};

/* X(name, word) */
#define OPS_STATES(X)                                                                                                  \
	X(PREPARING, "preparing")                                                                                      \
	X(READY, "ready")                                                                                              \
	X(RUNNING, "running")                                                                                          \
	X(PAUSING, "pausing")       /* goes on to the end of the step */                                               \
	X(PAUSED, "paused")         /* between two steps, until ops_go_on */                                           \
	X(CANCELLING, "cancelling") /* goes on to the next safe point */                                               \
	X(DONE, "done")                                                                                                \
	X(FAILED, "failed")                                                                                            \
	X(CANCELLED, "cancelled")

enum ops_state {
#define X(name, word) OPS_STATE_##name,
	OPS_STATES(X)
#undef X
};
const char *ops_state_word(enum ops_state state);

struct ops_fact { /* arguments and what was found, by name; all that a journal needs to go on */
	char *name, *value;
	bool unsaved; /* the engine's: the journal has not this value yet */
};

struct ops_plan {
	char *id;     /* of its journal, NULL before it is run or where none is kept */
	char *undoes; /* id of the plan that this one takes back, NULL */
	const struct ops_operation *operation;
	char *target;   /* key */
	char *title;    /* "Scale kafka orders from 3 to 4 brokers" */
	char *confirm;  /* what to type for OPS_DANGEROUS: the cluster's or the node's name */
	bool under_way; /* steps of it were done before: it was taken up again, or goes on after a pause */
	enum ops_state state;
	enum ops_severity severity;     /* the worst of the sentences */
	struct ops_sentence *sentences; /* by kind, then as found */
	size_t sentence_count;
	struct ops_step *steps;
	size_t step_count;
	size_t current; /* index of the running step; step_count at the end */
	struct ops_fact *facts;
	size_t fact_count;
	char *result;   /* the last sentence, NULL before */
	struct err err; /* of OPS_STATE_FAILED */
};

static inline bool ops_is_over(const struct ops_plan *plan)
{
	return plan->state >= OPS_STATE_DONE;
}

/* ---- doing ---- */

struct ops_options {
	struct loop *loop;
	struct kube_client *client;
	/* The world as it is now: pointers into it are used during one callback only. Never NULL. */
	const struct world_view *(*view)(void *data);
	/* The client of a Kafka cluster of that view; NULL = there is none (yet). May be NULL where there is no
	 * Kafka. */
	struct kafka_admin *(*kafka)(void *data, const char *cluster_key);
	void *data;
	const char *plans_dir; /* of journals, as of ops_journal_plans_dir(); NULL = none is kept, nothing can be
				  taken up */
	const char *who;       /* "user@host", for journals and leases; NULL = no leases are taken */
};

struct ops *ops_create(const struct ops_options *options);
/* Plans that are left end as cancelled without a call; their owner still destroys them. NULL is fine. */
void ops_destroy(struct ops *ops);
DEFINE_CLEANUP(struct ops *, ops_destroy);

/* Something in the world changed: gates are looked at again at once, not only every second. */
void ops_world_changed(struct ops *ops);

/* For menus, now and without waiting: may this be asked for at all? False with the reason (read-only, a verb that is
 * missing). What is not known yet counts as yes: ops_prepare finds out. */
bool ops_may(struct ops *ops, const struct ops_operation *operation, const char *target, struct err *err) MUST_USE;

/* What an argument is now on a target ("" when there is no such thing): what a form begins with. */
enum { OPS_ARGUMENT_MAX = 256 };
void ops_argument_now(struct ops *ops, const struct ops_operation *operation, size_t index, const char *target,
		      char out[static OPS_ARGUMENT_MAX]);

/* "NAME" or "NAMESPACE/NAME" as typed → the target's key (free() it). NULL when there is none or more than one. */
char *ops_resolve(const struct world_view *view, enum ops_target target, const char *text, struct err *err) MUST_USE;

typedef void ops_plan_fn(void *data, struct ops_plan *plan);

/* The impact as JSON, an array with an object for each cluster from which the plan takes brokers away, with every
 * name: made of the world as it is now; free() it. NULL when the target is gone. */
char *ops_impact_text(struct ops *ops, const struct ops_plan *plan);

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
/* Takes a pause back, or goes on: the world is checked again first, and what forbids going on is the `why` of the
 * step that would be next, while the plan stays paused. Without effect on a plan that is not paused. */
void ops_go_on(struct ops_plan *plan);

/* At any time; whatever is under way is dropped without a call. NULL is fine. */
void ops_plan_destroy(struct ops_plan *plan);
DEFINE_CLEANUP(struct ops_plan *, ops_plan_destroy);

/* ---- plans that were run: the journal ----
 *
 * Every plan that is run leaves a file ID.jsonl in a folder of the user's: what was to be done, each step as it
 * begins and ends, and how it ended. With it a plan outlives its process: another one takes it up at the first step
 * that was not done. Text in it may hold names from a cluster. */

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
	const char *who;     /* "user@host" who ran it last */
	const char *cluster; /* "https://host:port" of the API server */
	const char *undoes;  /* the plan that it takes back, NULL */
	const char *undone_by;
	enum ops_history_state state;
	size_t step, step_count;        /* the one it is at, from 0; step_count when all are done */
	const char *step_title;         /* of that one, NULL when all are done */
	const char *result;             /* how it ended, NULL */
	int64_t started_ms, changed_ms; /* Unix time */
	struct err err;
};

/* Whether it can be taken up again, or taken back, as far as it tells itself; false with the reason. err may be
 * NULL. */
bool ops_history_may_go_on(const struct ops_history_entry *history, struct err *err) MUST_USE;
bool ops_history_may_roll_back(const struct ops_history_entry *history, struct err *err) MUST_USE;
/* It was run against the API server that these operations talk to, as far as addresses tell. */
bool ops_history_is_here(const struct ops *ops, const struct ops_history_entry *history);

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

/* One of them whole, for reading: sentences, steps with their states, facts, result. It cannot be run;
 * ops_plan_destroy it. */
struct ops_plan *ops_history_read_plan(const char *dir, const char *id, struct err *err) MUST_USE;

/* Takes a plan up that was interrupted, failed or was cancelled: rights and preflight are asked for as of now, the
 * steps done stay done, and ops_run() goes on at the first that is not. As ops_prepare. ERR_REFUSED while a living
 * process has it, or when there is nothing left of it to do. */
struct ops_plan *ops_take_up(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data,
			     struct err *err) MUST_USE;
/* Prepares the plan that takes that one back, as far as it went. */
struct ops_plan *ops_roll_back(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data,
			       struct err *err) MUST_USE;
/* It is left where it is and cannot be taken up any more. Its leases are given back; `done` is called once, never
 * from inside, with err when that was not possible: they run out by themselves. Not called when ops is destroyed
 * first. */
bool ops_abandon(struct ops *ops, const char *id, void (*done)(void *data, const struct err *err), void *data,
		 struct err *err) MUST_USE;

#endif
