/* Commands in containers and Kafka's admin client, answered by the test. */
#include "tests/unit/unit.h"

#include "api/kube/client/exec.h"
#include "tests/unit/ops/fake.h"

/* ---- commands ---- */

struct kube_exec {
	struct loop_timer *timer;
	struct kube_exec_options options;
	struct buf out;
	struct err err;
	int exit_code;
};

static void deliver_output(void *data)
{
	struct kube_exec *exec = data;
	struct kube_exec_result result = {.err = exec->err,
					  .exit_code = exec->exit_code,
					  .out = buf_str(&exec->out),
					  .out_len = exec->out.len,
					  .errors = ""};
	exec->options.on_done(exec->options.data, &result);
	kube_exec_cancel(exec);
}

struct kube_exec *kube_exec_run(struct kube_client *client, const struct kube_exec_options *options, struct err *err)
{
	struct fake_api *api = (struct fake_api *)client;
	assert_non_null(api->command);
	struct kube_exec *exec = mem_alloc(sizeof *exec);
	exec->options = *options;
	exec->out = (struct buf)BUF_INIT(64 * 1024);
	exec->exit_code = api->command(api->data, options->pod, options->argv, &exec->out, &exec->err);
	exec->timer = loop_timer_create(api->loop, deliver_output, exec);
	loop_timer_arm(exec->timer, api->delay_ms);
	return exec;
}

void kube_exec_cancel(struct kube_exec *exec)
{
	if (!exec)
		return;
	loop_timer_destroy(exec->timer);
	buf_finish(&exec->out);
	free(exec);
}

/* ---- Kafka ---- */

struct kafka_request {
	struct loop_timer *timer;
	struct kafka_call call;
	const void *response;
	struct err err;
};

struct kafka_admin *fake_kafka(struct fake_api *api)
{
	return (struct kafka_admin *)api;
}

static void deliver_response(void *data)
{
	struct kafka_request *request = data;
	request->call.done(request->call.data, err_is_set(&request->err) ? &request->err : NULL, request->response);
	kafka_admin_cancel(request);
}

struct kafka_request *kafka_admin_send(struct kafka_admin *admin, const struct kafka_call *call)
{
	struct fake_api *api = (struct fake_api *)admin;
	assert_non_null(api->kafka);
	struct kafka_request *request = mem_alloc(sizeof *request);
	request->call = *call;
	request->response = api->kafka(api->data, call, &request->err);
	request->timer = loop_timer_create(api->loop, deliver_response, request);
	loop_timer_arm(request->timer, api->delay_ms);
	return request;
}

void kafka_admin_cancel(struct kafka_request *request)
{
	if (!request)
		return;
	loop_timer_destroy(request->timer);
	free(request);
}
