/* A command in a container whose server says anything on any channel: it ends once, with an exit code or with a reason. */
#include <string.h>

#include "api/kube/client/exec.h"
#include "tests/fuzz/fuzz_tunnel.h"

struct fuzz_exec {
	int done;
};

static void on_done(void *data, const struct kube_exec_result *result)
{
	struct fuzz_exec *exec = data;
	exec->done++;
	if (err_is_set(&result->err) == (result->exit_code >= 0) || result->out[result->out_len] ||
	    result->errors[result->errors_len])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data + 1, *end = data + size;
	static const char *const argv[] = {"true", NULL};
	struct fuzz_exec exec = {0};
	unsigned channel;
	size_t len;
	if (!size)
		return 0;
	struct kube_exec_options options = {.namespace = "shop",
					    .pod = "orders-0",
					    .argv = argv,
					    .input = data[0] & 1 ? "in" : NULL,
					    .input_len = 2,
					    .output_max = data[0] & 2 ? 16 : 0,
					    .on_done = on_done,
					    .data = &exec};
	struct kube_exec *running = kube_exec_run(NULL, &options, NULL);
	if (!running)
		abort();
	fuzz_tunnel.call.on_open(fuzz_tunnel.call.data, data[0] & 4 ? "v5.channel.k8s.io" : "v4.channel.k8s.io");
	while (!exec.done && fuzz_tunnel_next(&at, end, &channel, &len))
		;
	if (!exec.done && data[0] & 8)
		fuzz_tunnel.call.on_close(fuzz_tunnel.call.data, &(struct err){0});
	else if (!exec.done)
		kube_exec_cancel(running);
	if (exec.done > 1 || fuzz_tunnel.open)
		abort();
	return 0;
}
