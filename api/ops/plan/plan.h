/* What an operation's own file uses: the context it sees, sentences and facts it leaves in the plan, and the types
 * of steps. Not for views. */
#ifndef MQDECK_OPS_PLAN_PLAN_H
#define MQDECK_OPS_PLAN_PLAN_H

#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/kafka/client/admin.h"
#include "api/kube/client/kube_access.h"
#include "api/kube/client/kube_client.h"
#include "api/model/world/world.h"
#include "api/ops/plan/operation.h"
#include "api/ops/plan/target.h"

struct cJSON;

struct ops_context { /* never handed out without its target: a target that is gone is the engine's affair */
	const struct world_view *view;
	struct world_cluster
		*cluster;        /* the target, or of the target broker; in a step about a broker: that broker's */
	struct world_node *node; /* the target; NULL otherwise */
	struct world_broker
		*broker; /* the target; in a step about a broker that one, NULL while it is not in the world */
	const struct ops_step *step; /* NULL while planning */
	int64_t wall_ms;             /* now, in a step; Unix time */
	/* In `access`: whose rights are asked for, with its arguments; NULL when nothing is wished yet. */
	const struct ops_plan *plan;
};

/* ---- rights ---- */

enum { OPS_NEEDS_MAX = 24 };

struct ops_needs {
	struct kube_question items[OPS_NEEDS_MAX]; /* text borrowed from the world or static */
	size_t count;
};

void ops_need(struct ops_needs *needs, const struct kube_question *question); /* copies the struct, not the text */
/* "exec" or "portforward" of pods: opened by GET, which Kubernetes asks `get` for, and from 1.35 `create` as well. */
void ops_need_tunnel(struct ops_needs *needs, const char *subresource, const char *namespace);

/* ---- what goes into a plan ---- */

void ops_note(struct ops_plan *plan, enum ops_sentence_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);
/* There is nothing to do: forbids a new plan; in one that is under way it is only said. */
void ops_note_already(struct ops_plan *plan, const char *format, ...) PRINTF_LIKE(2, 3);
void ops_set_title(struct ops_plan *plan, const char *format, ...) PRINTF_LIKE(2, 3);
/* Facts are written to disk: never a secret. Names of the engine's own: "uid.N", "leases". */
void ops_set_fact(struct ops_plan *plan, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
const char *ops_fact(const struct ops_plan *plan, const char *name); /* NULL when absent */
int64_t ops_fact_number(const struct ops_plan *plan, const char *name, int64_t otherwise);
/* Returns the index. */
size_t ops_add_step(struct ops_plan *plan, const struct ops_step_type *type, const char *format, ...) PRINTF_LIKE(3, 4);
/* A step about a broker (NULL = the target) and an item (NULL = none). */
size_t ops_add_step_on(struct ops_plan *plan, const struct ops_step_type *type, const struct world_broker *broker,
		       const char *item, const char *format, ...) PRINTF_LIKE(5, 6);

/* ---- steps ---- */

struct ops_object { /* what a step changes; text is borrowed until the call ends */
	const char *group,
		*versions; /* versions best first, by ',': the next one is tried when the server has not this one */
	const char *resource, *subresource, *namespace, *name;
	const char *kind; /* "StatefulSet", for sentences */
};

enum ops_verdict {
	OPS_TO_DO,   /* the patch was written */
	OPS_ALREADY, /* the object is as it should be: a resumed plan, or an answer that was lost */
	OPS_REFUSE,  /* the precondition does not hold: err says why */
};

enum ops_gate_state { OPS_GATE_SHUT, OPS_GATE_OPEN, OPS_GATE_HOPELESS /* will never open */ };

struct ops_gauge {
	char figure[256];
	double fraction;     /* negative = not known */
	int64_t estimate_ms; /* left until it opens; -1 = not known: the engine guesses from the fraction's way so
			      * far */
	char why[ERR_TEXT_MAX];
};

/* ---- requests: whatever is no merge patch ---- */

/* X(name, word): whom a request goes to. */
#define OPS_WAYS(X)                                                                                                    \
	X(BY_KUBERNETES, "the Kubernetes API")                                                                         \
	X(BY_EXEC, "a command in the broker's container")                                                              \
	X(BY_KAFKA, "Kafka")

enum ops_way {
#define X(name, word) OPS_##name,
	OPS_WAYS(X)
#undef X
};

struct ops_step_request {
	struct arena *arena; /* for the strings and structs of this request; given by the engine */
	enum ops_way way;

	/* OPS_BY_KUBERNETES: POST or DELETE. A DELETE and an eviction carry the UID as a precondition in the body. */
	struct kube_change change; /* dry_run is the engine's */

	/* OPS_BY_EXEC: argv by NULL; no shell. Secrets never stand in it. */
	const char *namespace, *pod, *container;
	const char *const *argv;

	/* OPS_BY_KAFKA: done, data are the engine's; the request struct lives in the arena. */
	const char *cluster_key; /* NULL = the context's cluster */
	struct kafka_call call;

	int64_t timeout_ms; /* 0 = 30 s */
};

struct ops_answer {
	struct err err;                   /* no answer, or a refusal as a whole; ERR_NONE = it went well */
	const struct cJSON *object;       /* of Kubernetes, NULL */
	const struct kube_status *status; /* of its refusal, NULL */
	int exit_code;                    /* of a command; -1 */
	const char *out, *errors;         /* of a command, never NULL */
	const void *response;             /* of Kafka, NULL; errors of single items are in it */
};

enum ops_outcome {
	OPS_ANSWER_DONE,
	OPS_ANSWER_MORE,  /* part of the work: ask `request` for the next part at once */
	OPS_ANSWER_LATER, /* not now (a budget, a queue that catches up): again after a pause; err says why, and is
			     shown */
	OPS_ANSWER_FAILED /* err says why */
};

/* A step is a guarded change, a request, a gate, or one of the former with a gate. Functions are pure: a plan can be
 * resumed again from its facts by another process, at any step that was not done, so that whatever a step does it
 * must find done already when it is asked a second time. Every type has a line in steps.def. */
struct ops_step_type {
	const char *name; /* in the journal */
	/* A request, instead of object and change. OPS_ALREADY when the world shows it done. */
	enum ops_verdict (*request)(const struct ops_plan *plan, const struct ops_context *context,
				    struct ops_step_request *out, struct err *err);
	/* NULL: done when answer.err is not set (a command: exit code 0), else as err says. It may leave facts. */
	enum ops_outcome (*answer)(struct ops_plan *plan, const struct ops_context *context,
				   const struct ops_answer *answer, struct err *err);
	int64_t patience_ms; /* how long OPS_ANSWER_LATER and ERR_BUSY are waited for before it fails; 0 = 30 min */
	/* The step after it belongs to it: a plan is not stopped or paused between them (only a failure ends it
	 * there). */
	bool no_stop_after;
	/* What stays in the cluster when the plan ends after this step was begun and before a step of the types `until` about
	 * the same broker was done: a sentence, NULL = nothing that lasts. Without `until` it stays for good. */
	const char *leaves;
	const struct ops_step_type *until[2];
	/* May be done while the target is not in the world, then with neither cluster nor node in the context: the
	 * step before it took the target out. */
	bool without_target;
	/* NULL for a mere gate. False with err when what it needs is not in the world any more. */
	bool (*object)(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
		       struct err *err);
	/* From the object as read just now: the members of a JSON merge patch (`"spec":{…}`, no braces around; the
	 * engine adds metadata with UID and resourceVersion, also to a `"metadata":{…}` that comes first). */
	enum ops_verdict (*change)(const struct ops_plan *plan, const struct cJSON *now, struct buf *patch,
				   struct err *err);
	/* NULL: done once the change is made. */
	enum ops_gate_state (*gate)(const struct ops_plan *plan, const struct ops_context *context,
				    struct ops_gauge *out);
	int64_t gate_limit_ms; /* of time in which the world was live */
};

/* The operations' own structs, which compare with plan->operation. */
#define OPERATION(name) extern const struct ops_operation ops_operation_##name;
#include "api/ops/ops.def"
#undef OPERATION

#define STEP(name) extern const struct ops_step_type ops_step_##name;
#include "api/ops/steps.def"
#undef STEP

#endif
