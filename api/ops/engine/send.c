/* One request of a step that is no guarded patch: to Kubernetes (create, delete, evict), into a broker's container, or
 * to Kafka. Three ways out, one way back: every answer becomes a struct ops_answer, which the step's type judges. */
#include <string.h>

#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

enum { TIMEOUT_MS = 30 * 1000 };

static void send_ask(struct ops_job *job);

static void send_finish(struct ops_job *job, enum ops_verdict verdict, const struct err *err)
{
	ops_change_fn *done = job->sending.done;
	arena_finish(&job->sending.arena);
	job->sending.done = NULL;
	if (done)
		done(job, verdict, err);
}

/* What an answer means where the type does not say otherwise. */
static enum ops_outcome send_judge(const struct ops_answer *answer, struct err *err)
{
	if (err_is_set(&answer->err)) {
		*err = answer->err;
		return OPS_ANSWER_FAILED;
	}
	if (answer->exit_code > 0) {
		const char *complaint = str_or(str_empty(answer->errors) ? answer->out : answer->errors, "");
		err_set(err, ERR_REFUSED, "the command failed with exit code %d: %.*s", answer->exit_code, 400,
			complaint);
		return OPS_ANSWER_FAILED;
	}
	return OPS_ANSWER_DONE;
}

static void send_take_answer(struct ops_job *job, const struct ops_answer *answer)
{
	struct err err = {0};
	struct ops_context context;
	const struct ops_step_type *type = job->plan.steps[job->sending.step].type;
	enum ops_outcome outcome = OPS_ANSWER_FAILED;
	if (!type->answer)
		outcome = send_judge(answer, &err);
	else if (ops_job_step_target(job, job->sending.step, &context, &err))
		outcome = type->answer(&job->plan, &context, answer, &err);
	ops_save_facts(job);
	job->changed |= outcome == OPS_ANSWER_MORE;
	if (outcome == OPS_ANSWER_MORE && (job->cancel || !ops_leases_are_held(job, &err))) {
		/* between two parts is a safe point */
		outcome = OPS_ANSWER_LATER;
		err_set(&err, ERR_BUSY, "partly done");
	}
	if (outcome == OPS_ANSWER_MORE) {
		ops_job_tell(job);
		ops_job_do(job, send_ask, 0);
		return;
	}
	if (outcome == OPS_ANSWER_LATER)
		err.code = ERR_BUSY;
	send_finish(job, OPS_TO_DO, outcome == OPS_ANSWER_DONE ? NULL : &err);
}

/* ---- the ways ---- */

static void on_kubernetes(void *data, const struct cJSON *object, const struct kube_result *result)
{
	struct ops_job *job = data;
	job->sending.kube = NULL;
	send_take_answer(job, &(struct ops_answer){.err = result->err,
						   .object = object,
						   .status = result->status,
						   .exit_code = -1,
						   .out = "",
						   .errors = ""});
}

static void send_on_exec(void *data, const struct kube_exec_result *result)
{
	struct ops_job *job = data;
	job->sending.exec = NULL;
	send_take_answer(job, &(struct ops_answer){.err = result->err,
						   .exit_code = result->exit_code,
						   .out = result->out,
						   .errors = result->errors});
}

static void on_kafka(void *data, const struct err *err, const void *response)
{
	struct ops_job *job = data;
	job->sending.kafka = NULL;
	struct ops_answer answer = {.exit_code = -1, .out = "", .errors = "", .response = response};
	if (err)
		answer.err = *err;
	send_take_answer(job, &answer);
}

static bool send_to_kubernetes(struct ops_job *job, struct ops_step_request *request, const struct ops_context *context,
			       struct err *err)
{
	request->change.reason = job->plan.steps[job->sending.step].type->name;
	job->sending.kube = kube_change(job->ops->client, &request->change, on_kubernetes, job, err);
	return job->sending.kube != NULL;
}

static bool send_to_container(struct ops_job *job, struct ops_step_request *request, const struct ops_context *context,
			      struct err *err)
{
	job->sending.exec = kube_exec_run(job->ops->client,
					  &(struct kube_exec_options){.namespace = request->namespace,
								      .pod = request->pod,
								      .container = request->container,
								      .argv = request->argv,
								      .timeout_ms = request->timeout_ms,
								      .on_done = send_on_exec,
								      .data = job},
					  err);
	return job->sending.exec != NULL;
}

static bool send_to_kafka(struct ops_job *job, struct ops_step_request *request, const struct ops_context *context,
			  struct err *err)
{
	const struct ops *ops = job->ops;
	const char *key = request->cluster_key ? request->cluster_key : context->cluster ? context->cluster->key : NULL;
	struct kafka_admin *admin = key && ops->kafka ? ops->kafka(ops->data, key) : NULL;
	if (!admin)
		return err_set(err, ERR_CONNECT, "not connected to %s", str_or(key, "the Kafka cluster"));
	request->call.timeout_ms = request->timeout_ms;
	request->call.done = on_kafka;
	request->call.data = job;
	job->sending.kafka = kafka_admin_send(admin, &request->call);
	return true;
}

static bool (*const senders[])(struct ops_job *job, struct ops_step_request *request, const struct ops_context *context,
			       struct err *err) = {
	[OPS_BY_KUBERNETES] = send_to_kubernetes,
	[OPS_BY_EXEC] = send_to_container,
	[OPS_BY_KAFKA] = send_to_kafka,
};

static void send_ask(struct ops_job *job)
{
	struct err err = {0};
	struct ops_context context;
	struct ops_step_request request = {.arena = &job->sending.arena, .timeout_ms = TIMEOUT_MS};
	enum ops_verdict verdict = OPS_REFUSE;
	arena_reset(&job->sending.arena);
	if (ops_job_step_target(job, job->sending.step, &context, &err))
		verdict = job->plan.steps[job->sending.step].type->request(&job->plan, &context, &request, &err);
	if (verdict == OPS_TO_DO && !senders[request.way](job, &request, &context, &err))
		verdict = OPS_REFUSE;
	if (verdict == OPS_TO_DO)
		job->guarded_patch.sent = true; /* an answer that is lost from here on leaves it open what was done */
	else
		send_finish(job, verdict, err_is_set(&err) ? &err : NULL);
}

void ops_send_start(struct ops_job *job, size_t step, ops_change_fn *done)
{
	job->guarded_patch = (struct ops_guarded_patch){.step = step};
	job->sending = (struct ops_sending){.step = step, .done = done};
	ops_job_do(job, send_ask, 0);
}

void ops_send_cancel(struct ops_job *job)
{
	kube_request_cancel(job->sending.kube);
	kube_exec_cancel(job->sending.exec);
	kafka_admin_cancel(job->sending.kafka);
	arena_finish(&job->sending.arena);
	job->sending = (struct ops_sending){0};
}

bool ops_is_sending(const struct ops_job *job)
{
	return job->guarded_patch.request || job->sending.kube || job->sending.exec || job->sending.kafka;
}
