/* What a line of the log costs: when nobody keeps it, in the ring, and in ring and file. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/base/log.h"
#include "tests/bench/figures.h"

enum { LOG_BENCH_OFF = 200000000, LOG_BENCH_ON = 300000 };

static double log_bench_run(long times, bool with_log)
{
	double start = times_ms(CLOCK_MONOTONIC);
	for (long i = 0; i < times; i++) {
		__asm__ volatile("" ::: "memory"); /* the loop's work, and no hoisting of the look */
		if (with_log)
			log_trace(LOG_KUBE, "request reason=\"%s\" method=%s path=%s status=%d bytes=%ld ms=%d",
				  "list pods", "GET", "/api/v1/namespaces/mq/pods?limit=500", 200, i, 12);
	}
	return (times_ms(CLOCK_MONOTONIC) - start) * 1e6 / (double)times;
}

int main(void)
{
	double empty = log_bench_run(LOG_BENCH_OFF, false), off = log_bench_run(LOG_BENCH_OFF, true);
	figure_print(off - empty, "ns", "off");
	log_keep(LOG_TRACE, 0);
	figure_print(log_bench_run(LOG_BENCH_ON, true), "ns", "in-the-ring");
	char path[] = "/tmp/mqdeck-bench-log-XXXXXX";
	int fd = mkstemp(path);
	struct err err = {0};
	if (fd < 0 || !log_open(path, LOG_TRACE, 0, &err))
		return 1;
	figure_print(log_bench_run(LOG_BENCH_ON, true), "ns", "ring-and-file");
	log_close();
	close(fd);
	unlink(path);
	return 0;
}
