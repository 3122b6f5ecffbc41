/* What mqdeck keeps of a Kubernetes while a soak runs: the sources of the world on a kubeconfig, for hours, with every event in
 * a log. Each line on standard input is answered with the bytes of the heap that are in use, all records, `RESOURCE NAMESPACE NAME
 * UID VERSION` with tabs between, and an empty line; its end ends the program. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/client/portforward.h"
#include "api/kube/config/kubeconfig.h"
#include "api/model/sources/watcher.h"

enum { FRAME_MS = 250 };

struct soak_store {
	struct loop *loop;
	struct record_store store;
	struct source_watcher *watcher;
	struct loop_timer *frame;
	bool ends;
};

static void on_change(void *data)
{
}

static void dump(const struct soak_store *soak)
{
	printf("%zu\n", mallinfo2().uordblks);
	for (enum kube_kind kind = 0; kind < KUBE_KIND_COUNT; kind++) {
		struct map_entry *at = NULL;
		const struct kube_meta *meta;
		while ((meta = record_store_next(&soak->store, kind, &at)))
			printf("%s\t%s\t%s\t%s\t%s\n", kube_kind_info(kind)->resource, str_or(meta->namespace, ""),
			       str_or(meta->name, ""), str_or(meta->uid, ""), str_or(meta->resource_version, ""));
	}
	printf("\n");
	fflush(stdout);
}

static void on_input(void *data, unsigned ready)
{
	struct soak_store *soak = data;
	char bytes[256];
	ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
	soak->ends = got <= 0;
	for (ssize_t i = 0; i < got; i++)
		if (bytes[i] == '\n')
			dump(soak);
}

/* As a frame of the console: what was replaced is let go. */
static void on_frame(void *data)
{
	struct soak_store *soak = data;
	record_store_collect(&soak->store);
	source_watcher_collect(soak->watcher);
	loop_timer_arm(soak->frame, FRAME_MS);
}

static void run(struct soak_store *soak, struct kube_client *client)
{
	struct dial_opener *dialer = kube_portforward_dialer_create(client);
	soak->watcher = source_watcher_create(&(struct source_options){.loop = soak->loop,
								       .client = client,
								       .dialer = dialer,
								       .store = &soak->store,
								       .on_change = on_change,
								       .on_answer = on_change});
	soak->frame = loop_timer_create(soak->loop, on_frame, soak);
	struct loop_fd *input = loop_fd_add(soak->loop, STDIN_FILENO, LOOP_READ, on_input, soak);
	loop_timer_arm(soak->frame, FRAME_MS);
	while (!soak->ends)
		loop_run(soak->loop, INT64_MAX / 4, &soak->ends);
	loop_fd_remove(input);
	loop_timer_destroy(soak->frame);
	source_watcher_destroy(soak->watcher);
	record_store_finish(&soak->store);
	kube_portforward_dialer_destroy(dialer);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	if (argc != 3)
		return fprintf(stderr, "usage: soak_store KUBECONFIG LOG\n"), 2;
	signal(SIGPIPE, SIG_IGN);
	struct clock clock = clock_real();
	struct soak_store soak = {.loop = loop_create(&clock), .store = {.owns = true}};
	struct kubeconfig *config = NULL;
	struct kube_access *access = NULL;
	struct kube_client *client = NULL;
	if (log_open(argv[2], LOG_TRACE, 1u << LOG_KUBE, &err))
		config = kubeconfig_load(&(struct kubeconfig_options){.kubeconfig = argv[1]}, &err);
	if (config)
		access = kubeconfig_resolve(config, NULL, &err);
	if (access)
		client = kube_client_create(soak.loop, access, &(struct kube_client_options){.read_only = true}, &err);
	if (client)
		run(&soak, client);
	else
		fprintf(stderr, "%s\n", err.text);
	kube_client_destroy(client);
	kube_access_destroy(access);
	kubeconfig_destroy(config);
	loop_destroy(soak.loop);
	log_close();
	return client ? 0 : 1;
}
