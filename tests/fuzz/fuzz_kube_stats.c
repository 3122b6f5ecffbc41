/* What a kubelet says of volumes: any bytes, and nothing taken that is not a figure or a name that fits. */
#include <stdlib.h>
#include <string.h>

#include "api/kube/records/stats_summary.h"

static void fuzz_take(void *data, const struct kube_volume_stats *stats)
{
	const int64_t figures[] = {stats->capacity, stats->available, stats->used, stats->inodes, stats->inodes_used};
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		if (figures[i] < -1)
			abort();
	if (!strlen(stats->claim) || !strlen(stats->namespace))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	char *copy = malloc(size ? size : 1); /* at its own end: what is read beyond it is seen */
	memcpy(copy, data, size);
	if (!kube_stats_summary_parse(copy, size, fuzz_take, NULL, &err) && !err_is_set(&err))
		abort();
	free(copy);
	return 0;
}
