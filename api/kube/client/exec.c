/* A command in a container: its output by channel, its input, and its exit code, which arrives as a Status on a channel
 * of its own. A stream that closes without one is an error, never a success. */
#include "api/kube/client/exec.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/client/tunnel_private.h"
#include "api/kube/records/record_decode.h"

enum {
	CHANNEL_STDIN = 0,
	CHANNEL_STDOUT = 1,
	CHANNEL_STDERR = 2,
	CHANNEL_STATUS = 3,
	CHANNEL_CLOSE = 255, /* v5: the next byte is the channel that is closed */
	EXEC_TIMEOUT_MS = 30000,
	EXEC_OUTPUT_MAX = 4 << 20,
	EXEC_STATUS_MAX = 64 << 10,
	EXEC_PIECE = 32 << 10,
};

struct kube_exec {
	struct kube_exec_options options; /* strings not valid after kube_exec_run() */
	struct kube_tunnel *tunnel;
	struct loop_timer *timer;
	char *what; /* for people: "rabbitmq-diagnostics in pod rabbitmq-0" */
	struct buf input, out, errors, status;
	size_t input_sent;
	bool input_closed;
	bool telling, cancelled; /* cancelled from inside on_output: freed when it returns */
};

static void exec_free(struct kube_exec *exec)
{
	kube_tunnel_close(exec->tunnel);
	loop_timer_destroy(exec->timer);
	free(exec->what);
	buf_finish_secret(&exec->input);
	buf_finish(&exec->out);
	buf_finish(&exec->errors);
	buf_finish(&exec->status);
	free(exec);
}

static void exec_finish(struct kube_exec *exec, const struct err *err, int exit_code)
{
	struct kube_exec_result result = {
		.exit_code = exit_code,
		.out = buf_str(&exec->out),
		.out_len = exec->out.len,
		.errors = buf_str(&exec->errors),
		.errors_len = exec->errors.len,
	};
	if (err && err_is_set(err)) {
		result.err = *err;
		err_prefix(&result.err, "%s", exec->what);
	}
	log_debug(LOG_KUBE, "exec done what=\"%s\" code=%d stdout=%zu stderr=%zu error=\"%s\"", exec->what, exit_code,
		  exec->out.len, exec->errors.len, err ? log_error_text(err) : "");
	kube_tunnel_close(exec->tunnel);
	exec->tunnel = NULL;
	loop_timer_disarm(exec->timer);
	exec->options.on_done(exec->options.data, &result);
	exec_free(exec);
}

static void finish_with(struct kube_exec *exec, enum err_code code, const char *text)
{
	struct err err = {0};
	err_set(&err, code, "%s", text);
	exec_finish(exec, &err, -1);
}

/* ---- how it ended ---- */

static enum err_code code_of_failure(const struct kube_status *status)
{
	const char *text = str_or(status->message, "");
	/* The runtime's words for a program, a container or a pod that is not there; there is no code for it. */
	static const char *const missing[] = {"executable file not found", "no such file or directory", "not found"};
	for (size_t i = 0; i < ARRAY_LEN(missing); i++) {
		if (strstr(text, missing[i]))
			return ERR_NOT_FOUND;
	}
	return status->code == 403 ? ERR_FORBIDDEN : ERR_SERVER;
}

static void finish_by_status(struct kube_exec *exec, const struct kube_status *status)
{
	const struct kube_cause *cause = kube_status_cause(status, "ExitCode");
	int64_t exit_code;
	if (str_eq(status->status, "Success"))
		exec_finish(exec, NULL, 0);
	else if (cause && str_to_i64(str_or(cause->message, ""), &exit_code) && exit_code > 0 && exit_code < INT32_MAX)
		exec_finish(exec, NULL, (int)exit_code);
	else
		finish_with(exec, code_of_failure(status), str_or(status->message, "failed without giving a reason"));
}

/* Whole once it parses; the server writes it last. */
static bool try_status(struct kube_exec *exec)
{
	struct kube_status *status = kube_status_parse(buf_str(&exec->status), exec->status.len);
	if (!status)
		return false;
	finish_by_status(exec, status);
	kube_record_free(status);
	return true;
}

static void exec_closed(void *data, const struct err *err)
{
	struct kube_exec *exec = data;
	if (err_is_set(err))
		exec_finish(exec, err, -1);
	else
		finish_with(exec, ERR_CONNECT, "the connection closed before the command's exit status arrived");
}

static void exec_timed_out(void *data)
{
	finish_with(data, ERR_TIMEOUT, "timed out");
}

/* ---- output ---- */

static void tell_output(struct kube_exec *exec, bool is_error_stream, const char *bytes, size_t len)
{
	exec->telling = true;
	bool go_on = exec->options.on_output(exec->options.data, is_error_stream, bytes, len);
	exec->telling = false;
	if (exec->cancelled)
		exec_free(exec);
	else if (!go_on)
		finish_with(exec, ERR_CANCELLED, "stopped");
}

static void take_output(struct kube_exec *exec, bool is_error_stream, const char *bytes, size_t len)
{
	if (exec->options.on_output)
		tell_output(exec, is_error_stream, bytes, len);
	else if (!buf_append(is_error_stream ? &exec->errors : &exec->out, bytes, len))
		finish_with(exec, ERR_LIMIT, "produced more output than is read");
}

static void exec_received(void *data, unsigned channel, const unsigned char *bytes, size_t len)
{
	struct kube_exec *exec = data;
	if (channel == CHANNEL_STDOUT || channel == CHANNEL_STDERR)
		take_output(exec, channel == CHANNEL_STDERR, (const char *)bytes, len);
	else if (channel != CHANNEL_STATUS)
		return;
	else if (!buf_append(&exec->status, bytes, len))
		finish_with(exec, ERR_PARSE, "its final status is too long");
	else
		try_status(exec);
}

/* ---- input ---- */

static void send_input(void *data)
{
	struct kube_exec *exec = data;
	while (exec->input_sent < exec->input.len) {
		size_t left = exec->input.len - exec->input_sent, len = left < EXEC_PIECE ? left : EXEC_PIECE;
		if (!kube_tunnel_send(exec->tunnel, CHANNEL_STDIN, exec->input.data + exec->input_sent, len))
			return; /* on_drain comes back here */
		exec->input_sent += len;
	}
	if (exec->input.data && !exec->input_closed)
		exec->input_closed = kube_tunnel_send(exec->tunnel, CHANNEL_CLOSE, &(unsigned char){CHANNEL_STDIN}, 1);
}

static void exec_opened(void *data, const char *subprotocol)
{
	struct kube_exec *exec = data;
	/* In v4 standard input never ends, and a command that reads to its end would hang. */
	if (exec->input.data && !str_eq(subprotocol, "v5.channel.k8s.io"))
		finish_with(exec, ERR_UNSUPPORTED,
			    "this server cannot close a command's standard input (requires v5.channel.k8s.io)");
	else
		send_input(exec);
}

/* ---- starting ---- */

static char *make_path(const struct kube_exec_options *options)
{
	struct buf query = BUF_INIT(1 << 20);
	if (options->container)
		kube_query_append(&query, "container", options->container);
	for (const char *const *arg = options->argv; *arg; arg++)
		kube_query_append(&query, "command", *arg);
	if (options->input)
		kube_query_append(&query, "stdin", "true");
	kube_query_append(&query, "stdout", "true");
	kube_query_append(&query, "stderr", "true");
	char *path = kube_url(&(struct kube_url){.version = "v1",
						 .resource = "pods",
						 .namespace = options->namespace,
						 .name = options->pod,
						 .subresource = "exec",
						 .query = buf_str(&query)});
	buf_finish(&query);
	return path;
}

static void exec_set_up(struct kube_exec *exec, const struct kube_exec_options *options)
{
	size_t output_max = options->output_max ? options->output_max : EXEC_OUTPUT_MAX;
	buf_init(&exec->out, output_max);
	buf_init(&exec->errors, output_max);
	buf_init(&exec->status, EXEC_STATUS_MAX);
	buf_init(&exec->input, options->input_len);
	if (options->input)
		buf_append(&exec->input, options->input, options->input_len);
	exec->what = str_printf("%s in pod %s", options->argv[0], options->pod);
	exec->options.argv = NULL;
	exec->options.namespace = exec->options.pod = exec->options.container = exec->options.input = NULL;
}

struct kube_exec *kube_exec_run(struct kube_client *client, const struct kube_exec_options *options, struct err *err)
{
	if (str_empty(options->namespace) || str_empty(options->pod) || !options->argv || !options->argv[0]) {
		err_set(err, ERR_USAGE, "running a command requires a namespace, a pod and a program");
		return NULL;
	}
	struct kube_exec *exec = mem_alloc(sizeof *exec);
	exec->options = *options;
	CLEANUP(free) char *path = make_path(options);
	struct kube_tunnel_call call = {.path = path,
					.subprotocols = "v5.channel.k8s.io, v4.channel.k8s.io",
					.command = options->argv,
					.on_open = exec_opened,
					.on_message = exec_received,
					.on_drain = send_input,
					.on_close = exec_closed,
					.data = exec};
	exec->tunnel = kube_tunnel_open(client, &call, err);
	if (!exec->tunnel) {
		free(exec);
		return NULL;
	}
	exec_set_up(exec, options);
	exec->timer = loop_timer_create(kube_client_loop(client), exec_timed_out, exec);
	loop_timer_arm(exec->timer, options->timeout_ms > 0 ? options->timeout_ms : EXEC_TIMEOUT_MS);
	return exec;
}

void kube_exec_cancel(struct kube_exec *exec)
{
	if (exec && exec->telling)
		exec->cancelled = true;
	else if (exec)
		exec_free(exec);
}
