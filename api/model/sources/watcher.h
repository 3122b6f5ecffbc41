/* What flows in: informers on what matters, and a source (broker_source.h) for every broker cluster found. It works by
 * itself on the loop, so that `mqdeck get` needs no frames while it waits; an update only reads what it left in the
 * store and what the brokers' sources hold. */
#ifndef MQDECK_MODEL_SOURCES_WATCHER_H
#define MQDECK_MODEL_SOURCES_WATCHER_H

#include "api/kube/records/kube_kinds.h"
#include "api/kube/records/stats_summary.h"
#include "api/model/sources/discover.h"
#include "api/model/sources/source_options.h"

struct source_watcher;

struct source_watcher *source_watcher_create(const struct source_options *options); /* copied; the strings borrowed */
void source_watcher_destroy(struct source_watcher *watcher);                        /* NULL is fine, here and below */

/* The state of the link and of every kind's source. Without a watcher: live and complete, for worlds filled by hand. */
void source_watcher_describe(struct source_watcher *watcher, struct world_view *view);
/* Only what changes by itself: ages and requests under way. */
void source_watcher_describe_ages(struct source_watcher *watcher, struct world_view *view);
/* Lists, watches and brokers at once, whatever back-off says. */
void source_watcher_ask_again(struct source_watcher *watcher);
/* As of broker_source.h: who is asked first, and how often. */
void source_watcher_look_at(struct source_watcher *watcher, const char *cluster_key);
void source_watcher_hurry(struct source_watcher *watcher, const char *cluster_key);
void source_watcher_note_health(struct source_watcher *watcher, const char *cluster_key, bool unwell);
bool source_watcher_settled(const struct source_watcher *watcher);
/* What the cluster's brokers have said; false when nobody asks them (yet). */
bool source_watcher_snapshot(struct source_watcher *watcher, const char *cluster_key, struct source_snapshot *out);
/* Those of whom there is another since it was taken last, once each. */
void source_watcher_each_answered(struct source_watcher *watcher, source_answered_fn *each, void *data);
/* How the lists of the kind stand that concern the cluster, the worst of them; found NULL = all. Without a watcher, as
 * read. */
struct world_source source_watcher_list(struct source_watcher *watcher, enum kube_kind kind,
					const struct source_found_cluster *found);
/* Why the container ended, as its log tells (last_words.h). NULL while that is not known, and without a watcher. */
const char *source_watcher_last_words(struct source_watcher *watcher, const struct kube_pod *pod,
				      const struct kube_container_status *status);
/* How full the claim's volume is, as the kubelet of the node says (volume_usage.h). NULL while that is not known, with why
 * not where it will not be, and without a watcher. */
const struct kube_volume_stats *source_watcher_usage(struct source_watcher *watcher, const char *node,
						     const struct kube_claim *claim, const char **why);
/* Nobody points at what a source that is gone has said any more. */
void source_watcher_collect(struct source_watcher *watcher);
void source_watcher_set_credentials(struct source_watcher *watcher, const char *cluster_key, const char *user,
				    const char *password);
struct kafka_admin *source_watcher_kafka_admin(struct source_watcher *watcher,
					       const char *cluster_key); /* NULL when there is none */

#endif
