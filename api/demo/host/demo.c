#include "api/demo/host/demo.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/controller.h"
#include "api/demo/host/fleet.h"
#include "api/demo/host/hostile.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/pod_logs.h"
#include "api/demo/host/incidents.h"
#include "api/demo/host/pod_streams.h"

enum { TICK_MS = 500, TOKEN_LEN = 24 };

static void on_tick(void *data)
{
	struct demo *demo = data;
	loop_timer_arm(demo->tick, TICK_MS);
	if (!demo->quiet)
		script_tick(demo);
	kubelet_tick(demo);
	fleet_tick(demo);
	controller_tick(demo);
	stream_tick(demo);
}

/* Letters and digits: it stands in a URL. */
static char *make_token(struct demo *demo, bool reproducible)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	char token[TOKEN_LEN + 1];
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		unsigned char byte = (unsigned char)store_random(demo->store);
		if (!reproducible && RAND_bytes(&byte, 1) != 1)
			return NULL;
		token[i] = letters[byte % (sizeof letters - 1)];
	}
	token[TOKEN_LEN] = '\0';
	return mem_strdup(token);
}

static void make_kubeconfig(struct demo *demo, const char *host)
{
	bool v6 = strchr(host, ':') != NULL;
	demo->url = str_printf("http://%s%s%s:%u/%s", v6 ? "[" : "", host, v6 ? "]" : "", server_port(demo->server), demo->token);
	demo->kubeconfig = str_printf("apiVersion: v1\n"
				      "kind: Config\n"
				      "current-context: demo\n"
				      "clusters:\n"
				      "- name: demo\n"
				      "  cluster:\n"
				      "    server: %s\n"
				      "contexts:\n"
				      "- name: demo\n"
				      "  context:\n"
				      "    cluster: demo\n"
				      "    user: demo\n"
				      "users:\n"
				      "- name: demo\n"
				      "  user:\n"
				      "    token: %s\n",
				      demo->url, demo->token);
}

static bool is_token(const char *token)
{
	for (const char *c = token; *c; c++) {
		if (!(*c >= '0' && *c <= '9') && !((*c | 32) >= 'a' && (*c | 32) <= 'z'))
			return false;
	}
	return *token && strlen(token) <= 128;
}

struct demo *demo_start(struct loop *loop, const struct demo_options *options, struct err *err)
{
	static const struct demo_options defaults = {0};
	options = options ? options : &defaults;
	if (options->token && !is_token(options->token)) {
		err_set(err, ERR_USAGE, "the embedded cluster's token must be letters and digits");
		return NULL;
	}
	struct demo *demo = mem_alloc(sizeof *demo);
	demo->loop = loop;
	demo->seed = options->seed ? options->seed : 1;
	demo->quiet = options->quiet;
	demo->start_ms = loop_now_ms(loop);
	/* Whole seconds, so that stamps of the same moment are equal. */
	demo->start_wall_ms = clock_wall_ms(loop_clock(loop)) / 1000 * 1000;
	demo->store = store_create(loop, demo->seed);
	demo->token = options->token ? mem_strdup(options->token) : make_token(demo, loop_clock(loop)->is_virtual);
	const char *host = str_or(options->host, "127.0.0.1");
	demo->server = demo->token ? server_start(loop, host, options->port, api_serve, demo, err) : NULL;
	if (!demo->server) {
		if (!demo->token)
			err_set(err, ERR_SYSTEM, "no random numbers for the embedded cluster's token");
		demo_destroy(demo);
		return NULL;
	}
	make_kubeconfig(demo, host);
	demo->logs = logs_create(demo);
	demo->kubelet = kubelet_create(demo);
	demo->controller = controller_create(demo);
	demo->fleet = fleet_create(demo);
	controller_settle(demo);
	kubelet_tick(demo);
	fleet_tick(demo);
	if (options->hostile)
		hostile_install(demo);
	demo->tick = loop_timer_create(loop, on_tick, demo);
	loop_timer_arm(demo->tick, TICK_MS);
	return demo;
}

void demo_destroy(struct demo *demo)
{
	if (!demo)
		return;
	loop_timer_destroy(demo->tick);
	server_destroy(demo->server);
	fleet_destroy(demo->fleet);
	controller_destroy(demo->controller);
	kubelet_destroy(demo->kubelet);
	logs_destroy(demo->logs);
	store_destroy(demo->store);
	vec_finish(&demo->streams);
	free(demo->token);
	free(demo->url);
	free(demo->kubeconfig);
	free(demo);
}

const char *demo_url(const struct demo *demo)
{
	return demo->url;
}

const char *demo_kubeconfig(const struct demo *demo)
{
	return demo->kubeconfig;
}

bool demo_fail_node(struct demo *demo, const char *name)
{
	return kubelet_fail_node(demo, name);
}

bool demo_heal_node(struct demo *demo, const char *name)
{
	return kubelet_heal_node(demo, name);
}

bool demo_kill_pod(struct demo *demo, const char *namespace, const char *name)
{
	return kubelet_kill_pod(demo, namespace, name);
}

void demo_stop_api(struct demo *demo)
{
	server_close_all(demo->server);
}

bool demo_start_api(struct demo *demo, struct err *err)
{
	return server_reopen(demo->server, err);
}

char *demo_dump(const struct demo *demo)
{
	struct buf out = BUF_INIT(256 * 1024 * 1024);
	for (enum kind_id kind = 0; kind < KIND_COUNT; kind++) {
		size_t count;
		struct object **all = store_list(demo->store, kind, &count);
		for (size_t i = 0; i < count; i++) {
			buf_append(&out, all[i]->text, all[i]->text_len);
			buf_append_char(&out, '\n');
		}
	}
	return buf_take(&out);
}
