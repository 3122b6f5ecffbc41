/* Does a console that runs for weeks leak? Opens and closes port-forwards to the embedded cluster, 10,000 or as many as
 * told, in turn: closed at once, closed when open, a whole HTTP exchange with RabbitMQ, a port where nobody listens.
 * Descriptors and memory are looked at after a tenth and at the end. Exit code 1 when either has grown. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/str.h"
#include "api/demo/host/demo.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/client/portforward.h"
#include "tests/bench/figures.h"

enum { ROUNDS = 10000, TRIES = 20000, GROWTH_KIB = 1024 };

struct bench {
	struct clock clock;
	struct loop *loop;
	struct demo *demo;
	struct kubeconfig *config;
	struct kube_access *access;
	struct kube_client *client;
	struct dial_opener *dialer;
	long answered, refused;
};

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;
	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

static long resident_kib(void)
{
	long pages = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (!file || fscanf(file, "%ld %ld", &pages, &resident) != 2)
		resident = -1;
	if (file)
		fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Reads to the end, or until `enough` was seen (NULL = the end). Returns whether it came. */
static bool read_until(struct bench *bench, int fd, const char *enough)
{
	struct buf seen = BUF_INIT(1 << 20);
	char bytes[4096];
	bool found = false;
	for (int i = 0; i < TRIES && !found; i++) {
		ssize_t got = read(fd, bytes, sizeof bytes);
		if (got == 0 || (got < 0 && errno != EAGAIN)) {
			found = !enough;
			break;
		}
		if (got > 0)
			buf_append(&seen, bytes, (size_t)got);
		else
			loop_step(bench->loop, 1);
		found = enough && seen.len && strstr(seen.data, enough);
	}
	buf_finish(&seen);
	return found;
}

static bool round_trip(struct bench *bench, int number)
{
	static const char request[] = "GET /api/whoami HTTP/1.1\r\nHost: events-0\r\n\r\n";
	struct err err = {0};
	int kind = number % 4, fd;
	struct dial_target target = {.namespace = "prod", .pod = "events-0", .port = kind == 3 ? 4 : 15672};
	struct dial *dial = bench->dialer->open(bench->dialer, &target, &fd, &err);
	bool good = dial != NULL;
	if (!good) {
		fprintf(stderr, "round %d: %s\n", number, err.text);
		return false;
	}
	if (kind == 1)
		for (int i = 0; i < 20; i++)
			loop_step(bench->loop, 0);
	if (kind == 2) {
		good = write(fd, request, sizeof request - 1) == sizeof request - 1 &&
		       read_until(bench, fd, "HTTP/1.1 401");
		bench->answered += good;
	}
	if (kind == 3) {
		good = read_until(bench, fd, NULL) && bench->dialer->error(dial)->code == ERR_CONNECT;
		bench->refused += good;
	}
	if (!good)
		fprintf(stderr, "round %d: %s\n", number, bench->dialer->error(dial)->text);
	bench->dialer->close(dial);
	close(fd);
	return good;
}

static bool start(struct bench *bench, struct err *err)
{
	bench->clock = clock_real();
	bench->loop = loop_create(&bench->clock);
	bench->demo = demo_start(bench->loop, &(struct demo_options){.quiet = true}, err);
	bench->config =
		bench->demo ? kubeconfig_load(&(struct kubeconfig_options){.text = demo_kubeconfig(bench->demo)}, err)
			    : NULL;
	bench->access = bench->config ? kubeconfig_resolve(bench->config, NULL, err) : NULL;
	bench->client = bench->access
				? kube_client_create(bench->loop, bench->access, &(struct kube_client_options){0}, err)
				: NULL;
	bench->dialer = bench->client ? kube_portforward_dialer_create(bench->client) : NULL;
	return bench->dialer != NULL;
}

static void stop(struct bench *bench)
{
	kube_portforward_dialer_destroy(bench->dialer);
	kube_client_destroy(bench->client);
	kube_access_destroy(bench->access);
	kubeconfig_destroy(bench->config);
	demo_destroy(bench->demo);
	loop_destroy(bench->loop);
}

/* Both ends are in this process: what was closed is gone a moment later. */
static void rest(struct bench *bench, int *fds, long *kib)
{
	loop_run(bench->loop, 500, NULL);
	*fds = descriptors();
	*kib = resident_kib();
}

int main(int argc, char **argv)
{
	struct bench bench = {0};
	struct err err = {0};
	int64_t rounds = ROUNDS;
	int fds_early = 0, fds_late = 0;
	long kib_early = 0, kib_late = 0;
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && (!str_to_i64(argv[1], &rounds) || rounds < 10))
		return fprintf(stderr, "usage: bench_portforward [ROUNDS]\n"), 2;
	if (!start(&bench, &err))
		return fprintf(stderr, "%s\n", err.text), 1;
	bool good = true;
	int64_t started_ms = loop_now_ms(bench.loop);
	for (int i = 0; i < (int)rounds && good; i++) {
		good = round_trip(&bench, i);
		if (i == (int)rounds / 10)
			rest(&bench, &fds_early, &kib_early);
	}
	double seconds = (double)(loop_now_ms(bench.loop) - started_ms) / 1000;
	rest(&bench, &fds_late, &kib_late);
	printf("%lld port-forwards in %.1f s, %ld answered, %ld refused\n", (long long)rounds, seconds, bench.answered,
	       bench.refused);
	printf("descriptors %d after a tenth, %d at the end; resident %ld KiB, %ld KiB\n", fds_early, fds_late,
	       kib_early, kib_late);
	figure_print((double)rounds / seconds, "forwards/s", "round-trips");
	figure_print(fds_late - fds_early, "descriptors", "growth-of-descriptors");
	figure_print((double)(kib_late - kib_early), "KiB", "growth-of-memory");
	stop(&bench);
	return good && fds_late <= fds_early && kib_late - kib_early <= GROWTH_KIB ? 0 : 1;
}
