/* RabbitMQ's own tools in a broker's container: asked, and understood. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/rabbitmq/queue_members.h"

enum {
	TRIES_MAX = 8,         /* of a node that does not answer, with pauses up to 15 s */
	EXIT_UNAVAILABLE = 69, /* sysexits, as the tools use them: the node does not answer (yet) */
	EXIT_TEMPORARY = 75,
};

enum ops_verdict ops_rabbitmq_run_in(struct ops_step_request *out, const struct world_broker *broker,
				     int64_t timeout_ms, const char *const *argv, struct err *err)
{
	size_t count = 0;
	if (!broker || !broker->pod) { /* busy: asked again when one is there */
		err_set(err, ERR_BUSY, "no running broker to query");
		return OPS_REFUSE;
	}
	while (argv[count])
		count++;
	const char **copy = arena_alloc(out->arena, (count + 1) * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_strdup(out->arena, argv[i]);
	out->way = OPS_BY_EXEC;
	out->namespace = broker->cluster->namespace;
	out->pod = broker->name;
	out->container = broker->container ? broker->container->name : NULL;
	out->argv = copy;
	out->timeout_ms = timeout_ms;
	return OPS_TO_DO;
}

void ops_rabbitmq_squeeze(const char *text, char out[static OPS_RABBITMQ_COMPLAINT_MAX])
{
	size_t len = 0;
	if (str_has_prefix(text, "Error:"))
		text += strlen("Error:");
	for (; *text && len + 2 < OPS_RABBITMQ_COMPLAINT_MAX; text++) {
		bool blank = strchr(" \n\r\t", *text) != NULL;
		if (!blank)
			out[len++] = *text;
		else if (len > 0 && out[len - 1] != ' ')
			out[len++] = ' ';
	}
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
}

enum ops_outcome ops_rabbitmq_again_later(struct ops_plan *plan, int tries, struct err *err)
{
	char fact[32];
	snprintf(fact, sizeof fact, "tries.%zu", plan->current);
	int64_t tried = ops_fact_number(plan, fact, 0) + 1;
	ops_set_fact(plan, fact, "%" PRId64, tried);
	if (tried < tries)
		return OPS_ANSWER_LATER;
	err->code = ERR_REFUSED; /* a time-out would be tried again by the engine */
	return OPS_ANSWER_FAILED;
}

enum ops_outcome ops_rabbitmq_judge(struct ops_plan *plan, const struct ops_answer *answer, struct err *err)
{
	char complaint[OPS_RABBITMQ_COMPLAINT_MAX];
	if (err_is_set(&answer->err)) {
		*err = answer->err;
		return OPS_ANSWER_FAILED;
	}
	if (answer->exit_code == 0)
		return OPS_ANSWER_DONE;
	ops_rabbitmq_squeeze(str_empty(answer->errors) ? answer->out : answer->errors, complaint);
	err_set(err, ERR_REFUSED, "RabbitMQ reports: %s (exit code %d)", str_or(complaint, "nothing"),
		answer->exit_code);
	if (answer->exit_code == EXIT_UNAVAILABLE || answer->exit_code == EXIT_TEMPORARY)
		return ops_rabbitmq_again_later(plan, TRIES_MAX, err);
	return OPS_ANSWER_FAILED;
}
