/* What is said of a broker whose container ended other than well. */
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/crash_words.h"
#include "api/model/records/pod_words.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"

const char *rule_crash_container(struct world *world, const struct join_broker *broker,
				 const struct kube_container_status *status)
{
	if (status == join_pod_main_status(broker->pub.cluster->kind, broker->pub.pod))
		return "";
	bool init = status == record_pod_init_culprit(broker->pub.pod);
	bool sidecar = !init || record_pod_is_sidecar(broker->pub.pod, status->name);
	return arena_printf(&world->frame, ": its %s %s", sidecar ? "sidecar" : "init container",
			    str_or(status->name, "?"));
}

/* ": no space left on device (exit code 1, 4 restarts)", and Kubernetes' own word where the reason is not known. */
static const char *crash_says_why(struct world *world, const struct join_broker *broker)
{
	const struct kube_container_status *status = join_crash_status(broker);
	const char *reason = broker->pub.crash, *where = rule_crash_container(world, broker, status);
	struct record_crash crash;
	if (!record_crash_of(status, &crash))
		crash = (struct record_crash){.exit_code = status->last_exit_code};
	int restarts = (int)status->restart_count;
	if (reason)
		return arena_printf(&world->frame, "%s: %s (exit code %d, %d restarts)", where, reason,
				    (int)crash.exit_code, restarts);
	return arena_printf(&world->frame, "%s (exit code %d, %s, %d restarts)", where, (int)crash.exit_code,
			    str_or(crash.reason, str_or(status->waiting_reason, "no reason given")), restarts);
}

const char *rule_crash_loop(struct world *world, const struct join_broker *broker)
{
	return arena_printf(&world->frame, "%s is in a crash loop%s", broker->name, crash_says_why(world, broker));
}

const char *rule_crash_once(struct world *world, const struct join_broker *broker)
{
	const struct kube_container_status *status = join_crash_status(broker);
	const char *now = status->running_since_ms >= 0 ? " and starts again" : "";
	return arena_printf(&world->frame, "%s crashed%s%s", broker->name, now, crash_says_why(world, broker));
}

const char *rule_crash_word(struct world *world, const struct join_broker *broker, const char *word)
{
	bool crashes = str_eq(word, "crash loop") || str_eq(word, "restarting");
	const char *reason = crashes ? broker->pub.crash : NULL;
	return reason ? arena_printf(&world->frame, "crashed: %s", reason) : word;
}
