/* What an operation is, and what a plan shows of itself: enough to draw, print and judge one.
 *
 * Text in a plan may hold names from the cluster: untrusted, cleaned where it is drawn. */
#ifndef MQDECK_OPS_PLAN_OPERATION_H
#define MQDECK_OPS_PLAN_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/mem.h"

struct ops_context;
struct ops_needs;
struct ops_plan;
struct ops_step_type;
struct world_broker;

/* ---- operations ---- */

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
	/* The default key, where a row leads to such a target and no view has it for something else; NULL or "" = none. The
	 * menu has it always. */
	const char *key;
	const char *hint; /* the word in the bottom line, NULL = not shown there */
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
	/* What rolls a plan back that went so far: false with the reason when nothing does. NULL = nothing does. */
	bool (*roll_back)(const struct ops_plan *plan, struct ops_request *out, struct err *err);
};

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
	X(MEANS, "Effect", OPS_SAFE) /* for replication and for clients */                                             \
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
	X(PAUSED, "paused")         /* between two steps, until ops_resume */                                          \
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
	/* The journal's: how many of its next records have to hold this value. More than one, so that none is lost with
	 * one damaged line. */
	unsigned unsaved;
};
enum { OPS_FACT_RECORDS = 2 };

struct ops_plan {
	char *id;         /* of its journal, NULL before it is run or where none is kept */
	char *rolls_back; /* id of the plan that this one rolls back, NULL */
	const struct ops_operation *operation;
	char *target;   /* key */
	char *title;    /* "Scale kafka orders from 3 to 4 brokers" */
	char *confirm;  /* what to type for OPS_DANGEROUS: the cluster's or the node's name */
	bool under_way; /* steps of it were done before: it was resumed, or goes on after a pause */
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

/* What a plan that has ended, or is left, in the middle leaves in the cluster by this step: a sentence, NULL = nothing. */
const char *ops_left_behind(const struct ops_plan *plan, size_t step);
/* Whether it can be rolled back as far as it went; false with the reason. */
bool ops_rolls_back(const struct ops_plan *plan, struct err *err) MUST_USE;

static inline bool ops_is_over(const struct ops_plan *plan)
{
	return plan->state >= OPS_STATE_DONE;
}

#endif
