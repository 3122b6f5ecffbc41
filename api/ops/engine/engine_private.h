/* The engine's own view of a plan. Only files of the engine include this. */
#ifndef MQDECK_OPS_ENGINE_ENGINE_PRIVATE_H
#define MQDECK_OPS_ENGINE_ENGINE_PRIVATE_H

#include "api/base/vec.h"
#include "api/kube/client/exec.h"
#include "api/kube/client/kube_access.h"
#include "api/kube/client/kube_client.h"
#include "api/ops/engine/lease.h"
#include "api/ops/engine/ops.h"
#include "api/ops/journal/journal.h"
#include "api/ops/plan/plan_owner.h"

struct ops_job;

struct ops_ask { /* one question of an access review; outlives a job that is destroyed meanwhile */
	struct ops *ops;
	struct ops_job *job; /* NULL: nobody wants the answer any more */
	char text[256];      /* "patch on statefulsets/scale.apps in namespace mq" */
};

struct ops {
	struct loop *loop;
	struct kube_client *client;
	struct kube_access_cache *access;
	const struct world_view *(*view)(void *data);
	struct kafka_admin *(*kafka)(void *data, const char *cluster_key);
	void (*need)(void *data, const char *cluster_key);
	struct loop_timer *still_needed;
	void *data;
	char *plans_dir, *no_plans_dir, *who;
	struct ops_journal_place place;
	VEC(struct ops_ask *) asks;
	VEC(struct ops_job *) jobs;
};

typedef void ops_change_fn(struct ops_job *job, enum ops_verdict verdict, const struct err *err);

struct ops_guarded_patch { /* one guarded change: read, compare, patch */
	struct kube_request *request;
	size_t step;
	size_t version;     /* index into ops_object.versions */
	bool dry_run, sent; /* sent: the patch is on its way or was */
	ops_change_fn *done;
};

struct ops_sending { /* one request of a step, on its way */
	size_t step;
	struct arena arena;
	struct kube_request *kube;
	struct kube_exec *exec;
	struct kafka_request *kafka;
	ops_change_fn *done;
};

enum ops_leases_phase { OPS_LEASES_HOLD, OPS_LEASES_LOOK, OPS_LEASES_TAKE, OPS_LEASES_GIVE };

typedef void ops_lost_fn(struct ops_job *job, const struct err *err);

struct ops_leases { /* of one plan */
	VEC(struct ops_lease *) items;
	enum ops_leases_phase phase;
	size_t at; /* the one whose turn it is */
	void (*done)(struct ops_job *job);
	void (*then)(struct ops_job *job);
	ops_lost_fn *lost;   /* one of them cannot be had, or is not ours any more */
	struct err give_err; /* why one of them may stand until it runs out */
};

struct ops_job {
	struct ops_plan plan; /* first: a struct ops_plan is one of these */
	struct ops *ops;
	ops_plan_fn *fn;
	void *data;
	struct loop_timer *work;           /* the next thing to do */
	struct loop_timer *tell;           /* calls fn, so that nothing is called from inside */
	void (*next)(struct ops_job *job); /* of `work` */
	struct ops_guarded_patch guarded_patch;
	struct ops_sending sending;
	struct kube_request *place_request;
	struct ops_journal_place made_at; /* of a plan that is resumed or rolled back; server "" otherwise */
	struct ops_journal *journal;      /* NULL: none is kept, or the plan was not begun */
	struct err stop_err;              /* it cannot go on: it stops with this at the next safe point */
	struct ops_leases leases;
	bool ending; /* its end is written; its leases are being given back */
	enum ops_state end_state;
	void (*left)(void *data, const struct err *err); /* of ops_abandon: the job is the engine's own */
	VEC(char *) needs;                               /* keys of the clusters that it is about */
	int64_t waited_from_ms; /* since when it waits for them to be asked anew; -1 = it does not */
	size_t asks_open;
	void (*answered)(struct ops_job *job); /* once none is */
	bool changed, uncertain;               /* something was changed; the answer to a change was lost */
	bool cancel;
	bool at_gate;
	int conflicts;
	int64_t backoff_ms;
	int64_t busy_since_ms;              /* since when the step's request is answered "not now"; -1 = it is not */
	int64_t started_ms;                 /* when it was run, loop clock */
	int64_t gate_live_ms, gate_seen_ms; /* time at the gate with a live world; when it was last looked at */
	double gate_from;                   /* its first fraction, negative = none yet, and gate_live_ms then */
	int64_t gate_from_ms;
};

static inline struct ops_job *ops_job_of(struct ops_plan *plan)
{
	return (struct ops_job *)plan;
}

/* ---- job.c ---- */
/* The plan's target; false with err when it is not in the world (any more). */
bool ops_job_target(const struct ops_job *job, struct ops_context *out, struct err *err) MUST_USE;
/* What the functions of a step see: the same with the step and the broker it is about. */
bool ops_job_step_target(const struct ops_job *job, size_t index, struct ops_context *out, struct err *err) MUST_USE;

/* The clusters that a plan on that target is about, until it is over. */
void ops_job_need(struct ops_job *job, const struct ops_context *context);
void ops_say_needs(void *ops); /* of all jobs, once more */
void ops_job_forget_needs(struct ops_job *job);

struct ops_job *ops_job_create(struct ops *ops, ops_plan_fn *fn, void *data);
int64_t ops_wall_ms(const struct ops_job *job);
void ops_job_do(struct ops_job *job, void (*next)(struct ops_job *job), int64_t delay_ms);
void ops_job_tell(struct ops_job *job);
static inline struct ops_step *ops_step_now(struct ops_job *job) /* while current < step_count */
{
	return &job->plan.steps[job->plan.current];
}

/* ---- plan_record.c ---- */
/* Each writes one record. What cannot be written down is not gone on with: the plan stops at the next safe point. */
void ops_save_facts(struct ops_job *job); /* before what they are for is sent */
void ops_save_step(struct ops_job *job);
void ops_save_state(struct ops_job *job, enum ops_state state);
void ops_set_state(struct ops_job *job, enum ops_state state); /* and saves and tells it */
void ops_wait_because(struct ops_job *job, const char *why);   /* shown at the step that would be next */

/* ---- guarded_patch.c ---- */
/* done is called once, never from inside. err is NULL when it went well. */
void ops_guarded_patch_start(struct ops_job *job, size_t step, bool dry_run, ops_change_fn *done);
void ops_guarded_patch_cancel(struct ops_job *job);

/* ---- send.c ---- */
/* done is called once, never from inside: OPS_ALREADY, OPS_TO_DO when it was done, or err; ERR_BUSY = again later. */
void ops_send_start(struct ops_job *job, size_t step, ops_change_fn *done);
void ops_send_cancel(struct ops_job *job);
bool ops_is_sending(const struct ops_job *job); /* an answer is waited for, of whatever kind of change */

/* ---- asks.c ---- */
void ops_ask_is_answered(struct ops_job *job);                 /* one of asks_open */
void ops_ask_for(void *job, const struct kube_question *need); /* one more of asks_open */
void ops_forget_asks(struct ops_job *job);                     /* answers still to come find nobody */
void ops_need_text(const struct kube_question *need, char *out, size_t size);

/* ---- place.c ---- */
/* Which cluster this is, unless it is known: one more of asks_open. */
void ops_place_ask(struct ops_job *job);
/* Whether made_at is here. */
bool ops_place_is_same(const struct ops_job *job, struct err *err) MUST_USE;

/* ---- prepare.c ---- */
void ops_prepare_start(struct ops_job *job);

/* ---- leases.c ---- */
typedef void ops_question_fn(void *data, const struct kube_question *question);
/* Which rights the leases need. plan NULL = not made yet, then those of the context's target. */
void ops_leases_questions(const struct ops *ops, const struct ops_plan *plan, const struct ops_operation *operation,
			  const struct ops_context *context, ops_question_fn *fn, void *data);
void ops_leases_name(struct ops_job *job, const struct ops_context *context); /* a fact of a new plan */
/* Says who has them, as sentences of the plan. done: at once or later. */
void ops_leases_look(struct ops_job *job, void (*done)(struct ops_job *job));
/* lost: when that fails, or later, as long as they are held. */
void ops_leases_take(struct ops_job *job, void (*done)(struct ops_job *job), ops_lost_fn *lost);
/* done is called within 3 s, whatever the API says, never from inside. */
void ops_leases_give(struct ops_job *job, void (*done)(struct ops_job *job));
bool ops_leases_are_held(const struct ops_job *job, struct err *err) MUST_USE; /* true when none are needed */
void ops_leases_finish(struct ops_job *job);

/* ---- run.c ---- */
void ops_begin_step(struct ops_job *job);
bool ops_may_stop(struct ops_job *job); /* not between a step and the one that belongs to it */
void ops_stop_here(struct ops_job *job);
void ops_pause_here(struct ops_job *job);
void ops_fail(struct ops_job *job, const struct err *err);
void ops_finish(struct ops_job *job); /* every step is done */
void ops_gate_look(struct ops_job *job);

#endif
