#include "tests/unit/unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/descriptors.h"
#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/client/kube_access.h"
#include "api/kube/client/kube_logs.h"
#include "api/kube/records/yaml.h"
#include "tests/unit/kube/fake_api.h"

/* Plugins are real processes, but time stands still while they run: what depends on it is the same on the slowest
 * machine. */
enum { PATIENCE_MS = 120000 };

struct client_scene {
	struct clock clock;
	struct loop *loop;
	struct fake_api fake;
	struct kube_access access;
	struct kube_exec_plugin plugin;
	char folder[64], server[64], no_proxy[1], path[128], api_version[64], token_file[128], token[64];
	char *args[2];
	struct kube_client *client;
	bool read_only, done, in_portal;
	struct err err;
	int status;
	size_t terminal_taken, terminal_given, calls, bytes;
	enum kube_answer answer;
	char heads[8][4096];
	size_t head_count;
	int reply_status;
	const char *reply_headers, *reply;
};

static bool answer(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	struct client_scene *world = fake->script_data;
	if (strcmp(path, "/version") == 0 && !world->in_portal)
		return false;
	snprintf(world->heads[world->head_count++ % 8], 4096, "%s", fake->last_head);
	fake_answer(connection, world->reply_status, world->reply_headers, world->reply);
	return true;
}

static void on_terminal(void *data, bool wanted, const char *command)
{
	struct client_scene *world = data;
	world->terminal_taken += wanted;
	world->terminal_given += !wanted;
}

static int set_up(void **state)
{
	struct client_scene *world = mem_alloc(sizeof *world);
	*state = world;
	world->clock = clock_virtual(1767323045000);
	clock_advance(&world->clock, 1000);
	world->loop = loop_create(&world->clock);
	fake_start(&world->fake, world->loop);
	world->fake.script = answer;
	world->fake.script_data = world;
	world->reply_status = 200;
	world->reply_headers = "";
	world->reply = "{\"kind\":\"Pod\"}";
	snprintf(world->folder, sizeof world->folder, "/tmp/mqdeck-client-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	snprintf(world->server, sizeof world->server, "http://127.0.0.1:%u", world->fake.port);
	world->access = (struct kube_access){.server = world->server, .proxy_url = world->no_proxy};
	return 0;
}

static int tear_down(void **state)
{
	struct client_scene *world = *state;
	kube_client_destroy(world->client);
	fake_stop(&world->fake);
	loop_destroy(world->loop);
	CLEANUP(free) char *command = str_printf("rm -rf %s", world->folder);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

static void connect_client(struct client_scene *world)
{
	struct err err = {0};
	struct kube_client_options options = {.read_only = world->read_only, .on_terminal = on_terminal, .data = world};
	world->client = kube_client_create(world->loop, &world->access, &options, &err);
	assert_non_null(world->client);
}

static void on_done(void *data, const struct kube_result *result)
{
	struct client_scene *world = data;
	world->done = true;
	world->calls++;
	world->err = result->err;
	world->status = result->http ? result->http->status : 0;
}

static void wait_until_done(struct client_scene *world)
{
	struct clock real = clock_real();
	for (int64_t end = clock_now_ms(&real) + PATIENCE_MS; !world->done && clock_now_ms(&real) < end;)
		loop_step(world->loop, 0);
	assert_true(world->done);
}

static void ask(struct client_scene *world, const char *method, const char *path)
{
	struct err err = {0};
	world->done = false;
	assert_non_null(kube_request(
		world->client, &(struct kube_call){.method = method, .path = path, .on_done = on_done, .data = world},
		&err));
}

static void get(struct client_scene *world, const char *path)
{
	ask(world, "GET", path);
	wait_until_done(world);
}

static const char *head(const struct client_scene *world, size_t back)
{
	return world->heads[(world->head_count - 1 - back) % 8];
}

static void write_script(struct client_scene *world, const char *body)
{
	snprintf(world->path, sizeof world->path, "%s/plugin", world->folder);
	FILE *file = fopen(world->path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\necho run >> %s/runs\n%s", world->folder, body);
	fclose(file);
	chmod(world->path, 0700);
	snprintf(world->api_version, sizeof world->api_version, "client.authentication.k8s.io/v1");
	world->plugin = (struct kube_exec_plugin){
		.api_version = world->api_version, .command = world->path, .args = world->args};
	world->access.exec = &world->plugin;
}

static size_t runs(const struct client_scene *world)
{
	size_t count = 0;
	CLEANUP(free) char *path = str_printf("%s/runs", world->folder);
	FILE *file = fopen(path, "r");
	for (int c; file && (c = fgetc(file)) != EOF;)
		count += c == '\n';
	if (file)
		fclose(file);
	return count;
}

/* ---- credentials ---- */

#define REPLY(status)                                                                                                  \
	"printf '%s' "                                                                                                 \
	"'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":" status "}'\n"

static void a_plugin_runs_once_for_many(void **state)
{
	struct client_scene *world = *state;
	write_script(world, "printf '%s' \"$KUBERNETES_EXEC_INFO\" > $(dirname $0)/info\nread x && exit 9\n" REPLY(
				    "{\"token\":\"canary-1\"}"));
	world->plugin.provide_cluster_info = true;
	connect_client(world);
	get(world, "/a");
	get(world, "/b");
	assert_int_equal(world->status, 200);
	assert_non_null(strstr(head(world, 0), "Authorization: Bearer canary-1\r\n"));
	assert_int_equal(runs(world), 1);
	assert_int_equal(world->terminal_taken, 0);
	CLEANUP(free) char *path = str_printf("%s/info", world->folder);
	FILE *file = fopen(path, "r");
	char info[1024] = "";
	assert_true(fread(info, 1, sizeof info - 1, file) > 0);
	fclose(file);
	cJSON *root = cJSON_Parse(info);
	const cJSON *spec = cJSON_GetObjectItem(root, "spec");
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(spec, "cluster"), "server")),
			    world->server);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(spec, "interactive")));
	cJSON_Delete(root);
}

/* select() breaks in programs that are allowed more descriptors than it can take. */
static void a_plugin_may_have_as_many_descriptors_as_we_were_given(void **state)
{
	struct client_scene *world = *state;
	struct rlimit before, low, now;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = (struct rlimit){.rlim_cur = 250, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	descriptors_raise();
	write_script(world, "token=limit-$(ulimit -Sn)\n"
			    "printf '%s%s%s%s' "
			    "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",'"
			    " '\"status\":{\"token\":\"' \"$token\" '\"}}'\n");
	connect_client(world);
	get(world, "/a");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(world->status, 200);
	assert_non_null(strstr(head(world, 0), "Authorization: Bearer limit-250\r\n"));
	assert_true(now.rlim_cur == (before.rlim_max < 65536 ? before.rlim_max : 65536));
}

static void an_expired_answer_is_asked_for_again(void **state)
{
	struct client_scene *world = *state;
	write_script(world, REPLY("{\"token\":\"t\",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"}"));
	connect_client(world);
	get(world, "/a");
	get(world, "/a");
	assert_int_equal(world->status, 200);
	assert_int_equal(runs(world), 1); /* not for each request, though */
	loop_run(world->loop, 5200, NULL);
	get(world, "/a");
	assert_int_equal(runs(world), 2);
}

static void a_failing_plugin_is_quoted_cleanly(void **state)
{
	struct client_scene *world = *state;
	write_script(world, "printf 'no session \\033[2J' >&2; exit 3\n");
	connect_client(world);
	get(world, "/a");
	assert_int_equal(world->err.code, ERR_UNAUTHORIZED);
	assert_non_null(strstr(world->err.text, "failed with exit code 3: no session \\e[2J"));
	assert_int_equal(world->status, 0);
	assert_int_equal(runs(world), 1);
	get(world, "/b"); /* at once: not run again */
	assert_int_equal(runs(world), 1);
}

static void wrong_answers_are_refused(void **state)
{
	static const struct {
		const char *body, *says;
	} cases[] = {
		{"echo hello\n", "did not return JSON"},
		{"echo '{\"kind\":\"X\"}'\n", "ExecCredential"},
		{"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'\n",
		 "v1beta1"},
		{REPLY("{}"), "neither a token nor"},
		{REPLY("{\"clientCertificateData\":\"x\"}"), "certificate without its key"},
		{REPLY("{\"token\":\"half\\u0000whole\"}"), "a NUL character"}, /* half a token would be sent */
		{"kill -9 $$\n", "signal 9"},
	};
	struct client_scene *world = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		write_script(world, cases[i].body);
		connect_client(world);
		get(world, "/a");
		if (!strstr(world->err.text, cases[i].says))
			fail_msg("case %zu: %s", i, world->err.text);
		kube_client_destroy(world->client);
		world->client = NULL;
	}
}

static void a_missing_plugin_gives_its_hint(void **state)
{
	struct client_scene *world = *state;
	char command[] = "/no/such/plugin", hint[] = "install it\033[0m";
	write_script(world, "");
	world->plugin.command = command;
	world->plugin.install_hint = hint;
	connect_client(world);
	get(world, "/a");
	assert_non_null(
		strstr(world->err.text, "/no/such/plugin cannot be run: No such file or directory. install it\\e[0m"));
}

static void an_interactive_plugin_borrows_the_terminal(void **state)
{
	struct client_scene *world = *state;
	write_script(world, REPLY("{\"token\":\"t\"}"));
	world->plugin.interactive = KUBE_INTERACTIVE_ALWAYS;
	connect_client(world);
	get(world, "/a");
	assert_int_equal(world->status, 200);
	assert_int_equal(world->terminal_taken, 1);
	assert_int_equal(world->terminal_given, 1);
}

static void a_token_file_is_read_again_after_401(void **state)
{
	struct client_scene *world = *state;
	snprintf(world->token_file, sizeof world->token_file, "%s/token", world->folder);
	FILE *file = fopen(world->token_file, "w");
	fputs("  first\n", file);
	fclose(file);
	world->access.token_file = world->token_file;
	snprintf(world->token, sizeof world->token, "ignored");
	world->access.token = world->token;
	connect_client(world);
	get(world, "/a");
	assert_non_null(strstr(head(world, 0), "Bearer first\r\n"));
	file = fopen(world->token_file, "w");
	fputs("second\n", file);
	fclose(file);
	world->reply_status = 401;
	get(world, "/a");
	assert_int_equal(world->err.code, ERR_UNAUTHORIZED);
	assert_non_null(strstr(head(world, 0), "Bearer first\r\n"));
	assert_int_equal(kube_client_connection(world->client)->err.code, ERR_UNAUTHORIZED);
	assert_true(kube_client_connection(world->client)->connected);
	world->reply_status = 200;
	get(world, "/a");
	assert_non_null(strstr(head(world, 0), "Bearer second\r\n"));
	assert_int_equal(kube_client_connection(world->client)->err.code, ERR_NONE);
	unlink(world->token_file);
	world->reply_status = 401;
	get(world, "/a");
	world->reply_status = 200;
	get(world, "/a"); /* the file is gone: the old token stays */
	assert_non_null(strstr(head(world, 0), "Bearer second\r\n"));
}

static void impersonation_goes_with_every_request(void **state)
{
	struct client_scene *world = *state;
	char as[] = "jane", uid[] = "7", group[] = "ops", key[] = "Scopes/x", value[] = "all";
	char *groups[] = {group, NULL};
	struct kube_variable extra = {key, value};
	world->access.as = as;
	world->access.as_uid = uid;
	world->access.as_groups = groups;
	world->access.as_extra = &extra;
	world->access.as_extra_count = 1;
	connect_client(world);
	get(world, "/a");
	assert_non_null(strstr(head(world, 0), "Impersonate-User: jane\r\n"));
	assert_non_null(strstr(head(world, 0), "Impersonate-Uid: 7\r\n"));
	assert_non_null(strstr(head(world, 0), "Impersonate-Group: ops\r\n"));
	assert_non_null(strstr(head(world, 0), "Impersonate-Extra-scopes%2Fx: all\r\n"));
}

/* A portal's page is no contact with the API server, on whatever request it comes. */
static void who_answers_in_its_place_is_named(void **state)
{
	static const struct {
		int status;
		const char *headers, *body, *says;
		enum err_code code;
	} cases[] = {
		{200, "Content-Type: text/html\r\n", "<title>Sign in</title>",
		 "an HTML page (“Sign in”) from 127.0.0.1", ERR_PARSE},
		{302, "Location: https://login.example/?t=1\r\n", "", "a redirect to https://login.example/ from 127",
		 ERR_PARSE},
		{200, "", "", "an empty response from 127.0.0.1", ERR_PARSE},
		{200, "", "null", "no JSON object but “null” from 127.0.0.1", ERR_PARSE},
		{403, "", "<html><h1>Blocked</h1>", "(“Blocked”) from 127.0.0.1", ERR_FORBIDDEN},
		{504, "", "<html><h1>Gateway</h1>", "a proxy or load balancer answers for the Kubernetes API",
		 ERR_TIMEOUT},
	};
	struct client_scene *world = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		world->in_portal = false;
		world->reply_status = 200;
		world->reply_headers = "";
		world->reply = "{}";
		connect_client(world);
		get(world, "/a");
		assert_true(kube_client_connection(world->client)->connected);
		world->reply_status = cases[i].status;
		world->reply_headers = cases[i].headers;
		world->reply = cases[i].body;
		get(world, "/a");
		loop_run(world->loop, 100, NULL);
		assert_true(kube_client_connection(world->client)->connected); /* of one answer */
		world->in_portal = true;
		get(world, "/a");
		loop_run(world->loop, 100, NULL);
		const struct kube_connection *connection = kube_client_connection(world->client);
		if (!strstr(world->err.text, cases[i].says))
			fail_msg("case %zu: %s", i, world->err.text);
		assert_int_equal(world->err.code, cases[i].code);
		assert_int_equal(connection->connected, cases[i].status >= 500);
		if (!connection->connected)
			assert_string_equal(connection->err.text, world->err.text);
		kube_client_destroy(world->client);
		world->client = NULL;
	}
}

/* Without the header the request would go out with the caller's own rights. */
static void what_cannot_be_a_header_is_refused(void **state)
{
	struct client_scene *world = *state;
	char plain[] = "jane", broken[] = "dev\r\nEvil: 1", bell[] = "dev\a", empty[] = "";
	char *groups[] = {plain, broken, NULL};
	struct kube_variable extra = {plain, bell};
	const struct kube_access cases[] = {
		{.as = broken},
		{.as = plain, .as_uid = bell},
		{.as = plain, .as_groups = groups},
		{.as = plain, .as_extra = &extra, .as_extra_count = 1},
		{.token = broken},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		world->access = cases[i];
		world->access.server = world->server;
		world->access.proxy_url = world->no_proxy;
		connect_client(world);
		get(world, "/a");
		assert_int_equal(world->status, 0);
		assert_int_equal(world->head_count, 0);
		assert_non_null(strstr(world->err.text, "not sent"));
		assert_null(strstr(world->err.text, "dev"));
		kube_client_destroy(world->client);
		world->client = NULL;
	}
	char *none[] = {empty, NULL};
	world->access = (struct kube_access){
		.as = plain, .as_groups = none, .server = world->server, .proxy_url = world->no_proxy};
	connect_client(world);
	get(world, "/a");
	assert_non_null(strstr(head(world, 0), "Impersonate-Group:\r\n")); /* libcurl drops what has no value */
}

static void a_token_of_a_block_is_sent_without_its_line_break(void **state)
{
	struct client_scene *world = *state;
	char token[] = "canary-2\n";
	world->access.token = token;
	connect_client(world);
	get(world, "/a");
	assert_non_null(strstr(head(world, 0), "Authorization: Bearer canary-2\r\n"));
}

/* ---- requests ---- */

static void answers_with_retry_after_are_asked_again(void **state)
{
	struct client_scene *world = *state;
	world->reply_status = 503;
	world->reply_headers = "Retry-After: 0\r\n";
	connect_client(world);
	get(world, "/api/v1/nodes");
	assert_int_equal(world->head_count, 11);
	assert_int_equal(world->err.code, ERR_BUSY);
	world->reply_status = 429;
	world->reply_headers = "Retry-After: 0\r\n";
	world->reply = "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"Cannot evict pod as it would "
		       "violate the pod's disruption "
		       "budget.\",\"code\":429,\"details\":{\"causes\":[{\"reason\":\"DisruptionBudget\","
		       "\"message\":\"needs 2 healthy "
		       "pods and has 2 currently\"}]}}";
	world->head_count = 0;
	get(world, "/api/v1/nodes");
	assert_int_equal(world->head_count, 1);
	assert_int_equal(world->err.code, ERR_BUSY);
	assert_non_null(strstr(world->err.text, "needs 2 healthy pods"));
}

/* One too many is refused before it is begun; of what failed otherwise only a GET is sure to have changed nothing. */
static void who_says_later_without_a_time_is_asked_again_where_that_is_safe(void **state)
{
	static const struct {
		int status;
		const char *method;
		size_t asked;
		enum err_code code;
	} cases[] = {{429, "GET", 5, ERR_BUSY},   {429, "PATCH", 5, ERR_BUSY}, {503, "GET", 5, ERR_BUSY},
		     {502, "GET", 5, ERR_BUSY},   {503, "PATCH", 1, ERR_BUSY}, {500, "GET", 1, ERR_SERVER},
		     {504, "GET", 1, ERR_TIMEOUT}};
	struct client_scene *world = *state;
	connect_client(world);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		world->reply_status = cases[i].status;
		world->head_count = 0;
		world->err.code = ERR_NONE;
		ask(world, cases[i].method, "/api/v1/nodes/n");
		loop_run(world->loop, 20000, NULL);
		assert_true(world->done);
		assert_int_equal(world->head_count, cases[i].asked);
		assert_int_equal(world->err.code, cases[i].code);
	}
}

static void on_object(void *data, const struct cJSON *object, const struct kube_result *result)
{
	struct client_scene *world = data;
	on_done(data, result);
	world->bytes = object ? (size_t)cJSON_GetArraySize(object) : 0;
}

static void changes_are_written_as_asked(void **state)
{
	struct client_scene *world = *state;
	struct err err = {0};
	connect_client(world);
	struct kube_change change = {
		.method = "PATCH",
		.url = {.group = "apps", .version = "v1", .resource = "statefulsets", .namespace = "m q", .name = "r"},
		.patch_type = "application/merge-patch+json",
		.body = "{\"spec\":{\"replicas\":4}}",
		.dry_run = true,
		.force = true};
	assert_non_null(kube_change(world->client, &change, on_object, world, &err));
	wait_until_done(world);
	assert_int_equal(world->err.code, ERR_NONE);
	assert_ptr_equal(strstr(head(world, 0),
				"PATCH /apis/apps/v1/namespaces/m%20q/statefulsets/r?dryRun=All&fieldManager=mqdeck"),
			 head(world, 0));
	assert_non_null(strstr(head(world, 0), "&force=true HTTP/1.1"));
	assert_non_null(strstr(head(world, 0), "Content-Type: application/merge-patch+json\r\n"));
	world->reply = "no json";
	world->done = false;
	assert_non_null(kube_get_json(world->client, "test", "/api/v1/nodes/n", on_object, world, &err));
	wait_until_done(world);
	assert_int_equal(world->err.code, ERR_PARSE);
}

static void read_only_sends_nothing_that_acts(void **state)
{
	static const struct {
		const char *method, *path;
		bool allowed;
	} cases[] = {
		{"GET", "/api/v1/pods", true},
		{"GET", "/version", true},
		{"GET", "/api/v1/namespaces/a/pods/p/log?follow=true", true},
		{"GET", "/api/v1/namespaces/a/pods/p/exec?command=sh", false},
		{"GET", "/api/v1/namespaces/a/pods/p/attach", false},
		{"GET", "/api/v1/namespaces/a/pods/p/portforward?ports=1", false},
		{"GET", "/api/v1/namespaces/a/services/s:80/proxy/x", false},
		{"GET", "/api/v1/nodes/n/proxy/run", false},
		{"GET", "/api/v1/nodes/n-1.example/proxy/stats/summary", true},
		{"HEAD", "/api/v1/nodes/n/proxy/stats/summary", false},
		{"POST", "/api/v1/nodes/n/proxy/stats/summary", false},
		{"GET", "/api/v1/nodes/n/proxy/stats/summary/../../run/a/b/c", false},
		{"GET", "/api/v1/nodes/n/proxy/stats/summary?x=y", false},
		{"GET", "/api/v1/nodes/../proxy/stats/summary", false},
		{"GET", "/api/v1/nodes/n%2f..%2f/proxy/stats/summary", false},
		{"GET", "/api/v1/nodes/n/proxy/stats/summaries", false},
		{"GET", "/api/v1/namespaces/a/pods/p/proxy/stats/summary", false},
		{"POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?x=y", true},
		{"POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", true},
		{"POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", false},
		{"POST", "/apis/evil/v1/selfsubjectaccessreviews", false},
		{"POST", "/api/v1/namespaces/a/pods/p/eviction", false},
		{"PATCH", "/api/v1/nodes/n", false},
		{"DELETE", "/api/v1/namespaces/a/pods/p", false},
		{"PUT", "/api/v1/namespaces/a/pods/p?dryRun=All", false},
	};
	struct client_scene *world = *state;
	world->read_only = true;
	connect_client(world);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct kube_request *request = kube_request(
			world->client,
			&(struct kube_call){
				.method = cases[i].method, .path = cases[i].path, .on_done = on_done, .data = world},
			&err);
		if ((request != NULL) != cases[i].allowed)
			fail_msg("%s %s", cases[i].method, cases[i].path);
		if (!request)
			assert_int_equal(err.code, ERR_REFUSED);
		kube_request_cancel(request);
		assert_true(kube_gate_allows(false, cases[i].method, cases[i].path, &err));
	}
	static const char exec[] = "/api/v1/namespaces/a/pods/p/exec";
	const char *status[] = {"rabbitmqctl", "-q", "cluster_status", NULL},
		   *stop[] = {"rabbitmqctl", "stop_app", NULL};
	assert_true(kube_gate_allows_tunnel(true, "/api/v1/namespaces/a/pods/p/portforward", NULL, NULL));
	assert_true(kube_gate_allows_tunnel(true, exec, status, NULL));
	assert_false(kube_gate_allows_tunnel(true, exec, stop, NULL));
	assert_false(kube_gate_allows_tunnel(true, exec, NULL, NULL));
	const char *vhosts[] = {"rabbitmqctl", "--formatter", "json", "-s", "list_vhosts", "name", NULL};
	const char *shell[] = {"rabbitmq-diagnostics", "remote_shell", NULL};
	const char *disguised[] = {"rabbitmqctl", "-n", "list_nodes", "stop_app", NULL};
	const char *named_so[] = {"rabbitmqctl", "--formatter", "list_queues", "stop_app", NULL};
	assert_true(kube_gate_allows_tunnel(true, exec, vhosts, NULL));
	assert_false(kube_gate_allows_tunnel(true, exec, shell, NULL));
	assert_false(kube_gate_allows_tunnel(true, exec, disguised, NULL));
	assert_false(kube_gate_allows_tunnel(true, exec, named_so, NULL));
	assert_true(kube_gate_allows_tunnel(false, exec, stop, NULL));
}

static void on_answer(void *data, enum kube_answer what, const char *reason, const struct err *err)
{
	struct client_scene *world = data;
	world->answer = what;
	world->done = true;
	world->calls++;
}

static void access_is_asked_once_a_minute(void **state)
{
	struct client_scene *world = *state;
	struct err err = {0};
	struct kube_question question = {.verb = "patch",
					 .group = "apps",
					 .resource = "statefulsets",
					 .subresource = "scale",
					 .namespace = "mq"};
	world->reply_status = 201;
	world->reply = "{\"status\":{\"allowed\":false,\"reason\":\"no\"}}";
	connect_client(world);
	struct kube_access_cache *cache = kube_access_create(world->client);
	assert_int_equal(kube_access_now(cache, &question), KUBE_UNKNOWN);
	assert_true(kube_access_ask(cache, &question, on_answer, world, &err));
	assert_true(kube_access_ask(cache, &question, on_answer, world, &err));
	wait_until_done(world);
	assert_int_equal(world->calls, 2);
	assert_int_equal(world->answer, KUBE_DENIED);
	assert_int_equal(kube_access_now(cache, &question), KUBE_DENIED);
	world->done = false;
	assert_true(kube_access_ask(cache, &question, on_answer, world, &err));
	wait_until_done(world);
	assert_int_equal(world->calls, 3);
	assert_int_equal(world->head_count, 1);
	kube_access_finish(cache);
}

static void on_log(void *data, const char *bytes, size_t len)
{
	((struct client_scene *)data)->bytes += len;
}

static void on_log_done(void *data, const struct err *err)
{
	struct client_scene *world = data;
	world->done = true;
	world->err = *err;
}

static void logs_are_followed(void **state)
{
	struct client_scene *world = *state;
	struct err err = {0};
	connect_client(world);
	world->reply = "one\ntwo\n";
	struct kube_logs_options options = {.namespace = "mq",
					    .pod = "p",
					    .container = "c",
					    .since_time = "2026-01-02T03:04:05Z",
					    .tail_lines = 10,
					    .follow = true,
					    .on_data = on_log,
					    .on_done = on_log_done,
					    .data = world};
	assert_non_null(kube_logs_follow(world->client, &options, &err));
	wait_until_done(world);
	assert_int_equal(world->bytes, 8);
	assert_int_equal(world->err.code, ERR_NONE);
	assert_non_null(
		strstr(head(world, 0),
		       "/pods/p/log?container=c&follow=true&sinceTime=2026-01-02T03%3A04%3A05Z&tailLines=10 HTTP"));
}

/* Nothing that was secret is in the log, at its most talkative. */
static void the_log_holds_no_secret(void **state)
{
	struct client_scene *world = *state;
	struct err err = {0};
	CLEANUP(free) char *path = str_printf("%s/log", world->folder);
	assert_true(log_open(path, LOG_TRACE, 0, &err));
	write_script(world, REPLY("{\"token\":\"canary-token\"}"));
	world->reply_status = 401;
	world->reply = "canary-token refused";
	connect_client(world);
	get(world, "/a");
	log_close();
	FILE *file = fopen(path, "r");
	char text[16384] = "";
	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	assert_non_null(strstr(text, "GET /a"));
	assert_non_null(strstr(text, "request reason=\"\" method=GET path=/a status=401"));
	assert_null(strstr(text, "canary"));
}

static void yaml_hides_what_nobody_reads(void **state)
{
	static const char json[] = "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"yes\",\"managedFields\":[{"
				   "\"manager\":\"x\"}],\"annotations\":{"
				   "\"kubectl.kubernetes.io/"
				   "last-applied-configuration\":\"canary\",\"three\":\"3\"}},\"data\":{\"p\":"
				   "\"canary\"},\"stringData\":"
				   "{\"q\":{\"r\":[\"canary\"]}},\"five\":5,\"half\":1.5,\"t\":true,\"z\":null,"
				   "\"empty\":{},\"text\":\"a\\nb\\u001b\"}";
	struct err err = {0};
	struct buf out = BUF_INIT(1 << 20);
	cJSON *root = cJSON_Parse(json);
	assert_true(kube_yaml(root, &out, &err));
	cJSON_Delete(root);
	assert_null(strstr(out.data, "canary"));
	assert_null(strstr(out.data, "managedFields"));
	assert_null(strchr(out.data, '\033'));
	assert_non_null(strstr(out.data, "kind: Secret\nmetadata:\n  name: \"yes\"\n"));
	assert_non_null(strstr(out.data, "\n    three: \"3\"\n"));
	assert_non_null(strstr(out.data, "\nfive: 5\nhalf: 1.5\nt: true\nz: null\nempty: {}\n"));
	buf_finish(&out);
}

/* One bad byte in one annotation must not hide the whole object. */
static void yaml_shows_what_is_no_utf8_as_replaced(void **state)
{
	struct err err = {0};
	struct buf out = BUF_INIT(1 << 20);
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "bad\xff",
				"a\xc0\xaf"
				"b");
	cJSON_AddStringToObject(root, "good", "gr\xc3\xbc\xc3\x9f");
	assert_true(kube_yaml(root, &out, &err));
	cJSON_Delete(root);
	assert_non_null(strstr(out.data, "bad\xef\xbf\xbd: a\xef\xbf\xbd\xef\xbf\xbd"
					 "b\n"));
	assert_non_null(strstr(out.data, "good: gr\xc3\xbc\xc3\x9f\n"));
	buf_finish(&out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_plugin_runs_once_for_many),
		TEST(an_expired_answer_is_asked_for_again),
		TEST(a_failing_plugin_is_quoted_cleanly),
		TEST(wrong_answers_are_refused),
		TEST(a_missing_plugin_gives_its_hint),
		TEST(an_interactive_plugin_borrows_the_terminal),
		TEST(a_token_file_is_read_again_after_401),
		TEST(impersonation_goes_with_every_request),
		TEST(who_answers_in_its_place_is_named),
		TEST(what_cannot_be_a_header_is_refused),
		TEST(a_token_of_a_block_is_sent_without_its_line_break),
		TEST(answers_with_retry_after_are_asked_again),
		TEST(who_says_later_without_a_time_is_asked_again_where_that_is_safe),
		TEST(changes_are_written_as_asked),
		TEST(read_only_sends_nothing_that_acts),
		TEST(access_is_asked_once_a_minute),
		TEST(logs_are_followed),
		TEST(the_log_holds_no_secret),
		TEST(a_plugin_may_have_as_many_descriptors_as_we_were_given),
		cmocka_unit_test(yaml_hides_what_nobody_reads),
		cmocka_unit_test(yaml_shows_what_is_no_utf8_as_replaced),
	};
	return cmocka_run_group_tests_name("kube/client", tests, NULL, NULL);
}
