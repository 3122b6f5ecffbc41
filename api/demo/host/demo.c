/* Starts the parts of the embedded cluster, ticks them in one order twice a second of the loop's clock, and hands out
 * the address and the kubeconfig. */
#include "api/demo/host/demo.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/host/fleet.h"
#include "api/demo/host/hostile.h"
#include "api/demo/host/incidents.h"
#include "api/demo/host/pod_streams.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/controller.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/pod_logs.h"

enum { TICK_MS = 500, TOKEN_LEN = 24 };

static void demo_on_tick(void *data)
{
	struct demo *demo = data;
	loop_timer_arm(demo->tick, TICK_MS);
	if (!demo->quiet)
		demo_incidents_tick(demo);
	demo_kube_kubelet_tick(demo);
	demo_fleet_tick(demo);
	demo_kube_controller_tick(demo);
	demo_pod_streams_tick(demo);
}

/* Letters and digits: it stands in a URL. */
static char *make_token(struct demo *demo, bool reproducible)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	char token[TOKEN_LEN + 1];
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		unsigned char byte = (unsigned char)demo_random(&demo->random);
		if (!reproducible && RAND_bytes(&byte, 1) != 1)
			return NULL;
		token[i] = letters[byte % (sizeof letters - 1)];
	}
	token[TOKEN_LEN] = '\0';
	return mem_strdup(token);
}

/* Port 1 (tcpmux) is nobody's. */
static const char more_contexts[] = "- name: demo-prod\n"
				    "  context: {cluster: demo, user: demo, namespace: prod}\n"
				    "- name: demo-staging\n"
				    "  context: {cluster: demo, user: demo, namespace: staging}\n"
				    "- name: demo-gone\n"
				    "  context: {cluster: gone, user: demo}\n"
				    "- name: demo-sign-in\n"
				    "  context: {cluster: demo, user: somebody}\n";
static const char more_clusters[] = "- name: gone\n"
				    "  cluster:\n"
				    "    server: http://127.0.0.1:1\n";
static const char more_users[] = "- name: somebody\n"
				 "  user:\n"
				 "    exec:\n"
				 "      apiVersion: client.authentication.k8s.io/v1\n"
				 "      command: sign-in\n"
				 "      interactiveMode: Always\n";

static void make_kubeconfig(struct demo *demo, const char *host, bool contexts)
{
	bool v6 = strchr(host, ':') != NULL;
	demo->url = str_printf("http://%s%s%s:%u/%s", v6 ? "[" : "", host, v6 ? "]" : "",
			       demo_http_server_port(demo->server), demo->token);
	demo->kubeconfig = str_printf("apiVersion: v1\n"
				      "kind: Config\n"
				      "current-context: demo\n"
				      "clusters:\n"
				      "- name: demo\n"
				      "  cluster:\n"
				      "    server: %s\n"
				      "%s"
				      "contexts:\n"
				      "- name: demo\n"
				      "  context:\n"
				      "    cluster: demo\n"
				      "    user: demo\n"
				      "%s"
				      "users:\n"
				      "- name: demo\n"
				      "  user:\n"
				      "    token: %s\n"
				      "%s",
				      demo->url, contexts ? more_clusters : "", contexts ? more_contexts : "",
				      demo->token, contexts ? more_users : "");
}

static bool demo_is_token(const char *token)
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
	if (options->token && !demo_is_token(options->token)) {
		err_set(err, ERR_USAGE, "the embedded cluster's token must be letters and digits");
		return NULL;
	}
	struct demo *demo = mem_alloc(sizeof *demo);
	demo->loop = loop;
	demo->random = options->seed ? options->seed : 1;
	demo->quiet = options->quiet;
	demo->start_ms = loop_now_ms(loop);
	/* Whole seconds, so that stamps of the same moment are equal. */
	demo->start_wall_ms = clock_wall_ms(loop_clock(loop)) / 1000 * 1000;
	demo->store = demo_kube_store_create(loop, &demo->random);
	demo->pod_streams = &demo_pod_streams;
	demo->token = options->token ? mem_strdup(options->token) : make_token(demo, loop_clock(loop)->is_virtual);
	const char *host = str_or(options->host, "127.0.0.1");
	demo->server =
		demo->token ? demo_http_server_start(loop, host, options->port, demo_kube_api_serve, demo, err) : NULL;
	if (!demo->server) {
		if (!demo->token)
			err_set(err, ERR_SYSTEM,
				"the system provides no random numbers for the embedded cluster's token");
		demo_destroy(demo);
		return NULL;
	}
	make_kubeconfig(demo, host, options->contexts);
	demo_cluster_specs_make(&demo->specs, options->more_clusters < DEMO_MORE_CLUSTERS_MAX ? options->more_clusters
											      : DEMO_MORE_CLUSTERS_MAX);
	demo->logs = demo_kube_logs_create(demo);
	demo->kubelet = demo_kube_kubelet_create(demo);
	demo->controller = demo_kube_controller_create(demo);
	demo->fleet = demo_fleet_create(demo);
	demo_kube_controller_settle(demo);
	demo_kube_kubelet_tick(demo);
	demo_fleet_tick(demo);
	if (options->hostile)
		demo_hostile_install(demo);
	demo->tick = loop_timer_create(loop, demo_on_tick, demo);
	loop_timer_arm(demo->tick, TICK_MS);
	return demo;
}

void demo_destroy(struct demo *demo)
{
	if (!demo)
		return;
	loop_timer_destroy(demo->tick);
	demo_http_server_destroy(demo->server);
	demo_fleet_destroy(demo->fleet);
	demo_cluster_specs_finish(&demo->specs);
	demo_kube_controller_destroy(demo->controller);
	demo_kube_kubelet_destroy(demo->kubelet);
	demo_kube_logs_destroy(demo->logs);
	demo_kube_store_destroy(demo->store);
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
	return demo_kube_kubelet_fail_node(demo, name);
}

bool demo_heal_node(struct demo *demo, const char *name)
{
	return demo_kube_kubelet_heal_node(demo, name);
}

bool demo_kill_pod(struct demo *demo, const char *namespace, const char *name)
{
	return demo_kube_kubelet_kill_pod(demo, namespace, name);
}

void demo_stop_api(struct demo *demo)
{
	demo_http_server_close_all(demo->server);
}

bool demo_start_api(struct demo *demo, struct err *err)
{
	return demo_http_server_reopen(demo->server, err);
}

char *demo_dump(const struct demo *demo)
{
	struct buf out = BUF_INIT(256 * 1024 * 1024);
	for (enum demo_kube_kind_id kind = 0; kind < DEMO_KUBE_KIND_COUNT; kind++) {
		size_t count;
		struct demo_kube_object **all = demo_kube_store_list(demo->store, kind, &count);
		for (size_t i = 0; i < count; i++) {
			buf_append(&out, all[i]->text, all[i]->text_len);
			buf_append_char(&out, '\n');
		}
	}
	return buf_take(&out);
}
