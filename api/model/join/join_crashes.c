/* Which container keeps a broker from running, and why it ended: by its termination message, else by its log. */
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"
#include "api/model/records/crash_words.h"
#include "api/model/records/pod_words.h"
#include "api/model/records/record_facts.h"
#include "api/model/sources/watcher.h"

enum { RECENT_MS = 10 * 60 * 1000 }; /* one that has run for so long since has other reasons for not being ready */

/* Before the broker's own container starts, its init containers must be done: then one of them is to blame. */
const struct kube_container_status *join_crash_status(const struct join_broker *broker)
{
	const struct kube_container_status *init = record_pod_init_culprit(broker->pub.pod);
	return init ? init : join_pod_main_status(broker->pub.cluster->kind, broker->pub.pod);
}

static void join_crash(struct world *world, struct join_broker *broker)
{
	const struct kube_pod *pod = broker->pub.pod;
	const struct kube_container_status *status = pod ? join_crash_status(broker) : NULL;
	char words[RECORD_CRASH_WORDS_MAX];
	struct record_crash crash;
	broker->crashed = status && !record_pod_is_ready(pod) && record_crash_of(status, &crash) &&
			  (status->running_since_ms < 0 || world->wall_ms - status->running_since_ms < RECENT_MS);
	broker->pub.crash = NULL;
	if (!broker->crashed)
		return;
	const char *told =
		record_crash_reason(&crash, words) ? words : source_watcher_last_words(world->watcher, pod, status);
	broker->pub.crash = told ? arena_strdup(&world->frame, told) : NULL;
}

void join_crashes(struct world *world)
{
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		struct join_cluster *cluster = join_cluster_of(world->cluster_list.items[i]);
		for (size_t j = 0; j < cluster->brokers.len; j++)
			join_crash(world, (struct join_broker *)cluster->brokers.items[j]);
	}
}
