/* How full the volumes of brokers are that do not tell it themselves: as their node's kubelet says (stats_summary.h). Only
 * nodes are asked whose volumes somebody wants to know of, and seldom. */
#ifndef MQDECK_MODEL_SOURCES_VOLUME_USAGE_H
#define MQDECK_MODEL_SOURCES_VOLUME_USAGE_H

#include "api/kube/records/stats_summary.h"
#include "api/model/sources/source_options.h"

struct source_usage;

struct source_usage *source_usage_create(const struct source_options *options); /* borrowed */
void source_usage_destroy(struct source_usage *usage);                          /* NULL is fine */

/* Of a claim that is mounted on that node. NULL while it is not known: *why then says why not, or is NULL while it is
 * asked. Both are valid until the loop runs again; on_change tells when there is more. */
const struct kube_volume_stats *source_usage_of(struct source_usage *usage, const char *node, const char *namespace,
						const char *claim, const char **why);
/* Asks the nodes again whose turn it is; to be called every second or so. */
void source_usage_tick(struct source_usage *usage);
/* A node that somebody wants to know of has neither answered nor refused yet. */
bool source_usage_is_waiting(const struct source_usage *usage);

#endif
