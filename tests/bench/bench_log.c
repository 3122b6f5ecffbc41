/* What a line of the log costs: when nobody keeps it, in the ring, and in ring and file. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "api/base/log.h"

enum { LOG_BENCH_OFF = 200000000, LOG_BENCH_ON = 300000 };

static double log_bench_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double log_bench_run(long times, bool with_log)
{
	double start = log_bench_now_ns();
	for (long i = 0; i < times; i++) {
		__asm__ volatile("" ::: "memory"); /* the loop's work, and no hoisting of the look */
		if (with_log)
			log_trace(LOG_KUBE, "request reason=\"%s\" method=%s path=%s status=%d bytes=%ld ms=%d",
				  "list pods", "GET", "/api/v1/namespaces/mq/pods?limit=500", 200, i, 12);
	}
	return (log_bench_now_ns() - start) / (double)times;
}

int main(void)
{
	double empty = log_bench_run(LOG_BENCH_OFF, false), off = log_bench_run(LOG_BENCH_OFF, true);
	printf("off:            %8.2f ns (an empty round %.2f)\n", off - empty, empty);
	log_keep(LOG_TRACE, 0);
	printf("in the ring:    %8.0f ns\n", log_bench_run(LOG_BENCH_ON, true));
	char path[] = "/tmp/mqdeck-bench-log-XXXXXX";
	int fd = mkstemp(path);
	struct err err = {0};
	if (fd < 0 || !log_open(path, LOG_TRACE, 0, &err))
		return 1;
	printf("ring and file:  %8.0f ns\n", log_bench_run(LOG_BENCH_ON, true));
	log_close();
	close(fd);
	unlink(path);
	return 0;
}
