/* What an operation's own file uses: the context it sees, sentences and facts it leaves in the plan, and the types of steps.
 * Not for views. */
#ifndef MQDECK_OPS_PLAN_H
#define MQDECK_OPS_PLAN_H

#include "api/base/buf.h"
#include "api/kube/access.h"
#include "api/model/world.h"
#include "api/ops/ops.h"

struct cJSON;

struct ops_context { /* never handed out without its target: a target that is gone is the engine's affair */
	const struct world_view *view;
	struct world_cluster *cluster; /* of OPS_ON_CLUSTER */
	struct world_node *node;       /* of OPS_ON_NODE */
};

/* ---- rights ---- */

enum { OPS_NEEDS_MAX = 16 };

struct ops_needs {
	struct kube_question items[OPS_NEEDS_MAX]; /* text borrowed from the world or static */
	size_t count;
};

void ops_need(struct ops_needs *needs, const struct kube_question *question); /* copies the struct, not the text */

/* ---- what goes into a plan ---- */

void ops_say(struct ops_plan *plan, enum ops_sentence_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);
void ops_set_title(struct ops_plan *plan, const char *format, ...) PRINTF_LIKE(2, 3);
void ops_set_fact(struct ops_plan *plan, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
const char *ops_fact(const struct ops_plan *plan, const char *name);                      /* NULL when absent */
int64_t ops_fact_number(const struct ops_plan *plan, const char *name, int64_t otherwise);
/* Returns the index. */
size_t ops_add_step(struct ops_plan *plan, const struct ops_step_type *type, const char *format, ...) PRINTF_LIKE(3, 4);

/* ---- steps ---- */

struct ops_object { /* what a step changes; text is borrowed until the call ends */
	const char *group, *versions; /* versions best first, by ',': the next one is tried when the server has not this one */
	const char *resource, *subresource, *namespace, *name;
	const char *kind;             /* "StatefulSet", for sentences */
};

enum ops_verdict {
	OPS_TO_DO,   /* the patch was written */
	OPS_ALREADY, /* the object is as it should be: a resumed plan, or an answer that was lost */
	OPS_REFUSE,  /* the precondition does not hold: err says why */
};

enum ops_gate_state { OPS_GATE_SHUT, OPS_GATE_OPEN, OPS_GATE_HOPELESS /* will never open */ };

struct ops_gauge {
	char figure[256];
	double fraction; /* negative = not known */
	char why[ERR_TEXT_MAX];
};

/* A step is a guarded change, a gate, or a change with a gate. Functions are pure: a plan can be taken up again from its
 * facts by another process. */
struct ops_step_type {
	const char *name; /* in the journal */
	/* NULL for a mere gate. False with err when what it needs is not in the world any more. */
	bool (*object)(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
		       struct err *err);
	/* From the object as read just now: the members of a JSON merge patch (`"spec":{…}`, no braces around; the engine adds
	 * metadata with UID and resourceVersion). */
	enum ops_verdict (*change)(const struct ops_plan *plan, const struct cJSON *now, struct buf *patch, struct err *err);
	/* NULL: done once the change is made. */
	enum ops_gate_state (*gate)(const struct ops_plan *plan, const struct ops_context *context, struct ops_gauge *out);
	int64_t gate_limit_ms; /* of time in which the world was live */
};

/* The operations' own structs, which compare with plan->operation. */
#define OPERATION(name) extern const struct ops_operation ops_##name;
#include "api/ops/ops.def"
#undef OPERATION

/* ---- why a broker does not come up (why.c) ---- */

/* One sentence on what keeps `name` (a pod of the cluster, there or not yet) from being ready, from its claim, its
 * conditions, its containers and the events; false when nothing is known. */
bool ops_why_not_ready(const struct world_view *view, const struct world_cluster *cluster, const char *name, char *out,
		       size_t size);

#endif
