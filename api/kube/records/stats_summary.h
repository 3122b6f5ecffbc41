/* How full volumes are, as a node's kubelet tells in its stats/summary (JSON, the type Summary of
 * k8s.io/kubelet/pkg/apis/stats/v1alpha1): one line of it for each volume that is a claim. The rest is skipped. */
#ifndef MQDECK_KUBE_RECORDS_STATS_SUMMARY_H
#define MQDECK_KUBE_RECORDS_STATS_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"

struct kube_volume_stats {
	char namespace[64], claim[254];    /* untrusted; NUL-terminated, as long as Kubernetes allows names to be */
	int64_t capacity, available, used; /* bytes of the file system that the volume is on; -1 = not told */
	int64_t inodes, inodes_used;       /* -1 = not told */
};

typedef void kube_volume_stats_fn(void *data, const struct kube_volume_stats *stats);

/* Calls fn for each; false with err where it is no such answer, perhaps after some. */
bool kube_stats_summary_parse(const char *json, size_t len, kube_volume_stats_fn *fn, void *data,
			      struct err *err) MUST_USE;

#endif
