#include "tests/unit/model/broker_api.h"

#include <stdio.h>

#include <openssl/evp.h>

#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/base/str.h"

static void add_base64(struct buf *out, const char *value)
{
	size_t len = strlen(value);
	unsigned char *encoded = mem_alloc(len * 2 + 8);
	EVP_EncodeBlock(encoded, (const unsigned char *)value, (int)len);
	buf_append_str(out, (char *)encoded);
	free(encoded);
}

static void write_secret(struct buf *body, const struct broker_secret *secret)
{
	buf_printf(body, "{\"metadata\":{\"name\":\"%s\",\"labels\":{%s}},\"data\":{", secret->name,
		   str_or(secret->labels, ""));
	for (size_t i = 0; i < ARRAY_LEN(secret->data) && secret->data[i].key; i++) {
		buf_printf(body, "%s\"%s\":\"", i ? "," : "", secret->data[i].key);
		add_base64(body, secret->data[i].value);
		buf_append_str(body, "\"");
	}
	buf_append_str(body, "}}");
}

static void answer_secret(struct broker_api *api, struct fake_connection *connection, const char *name)
{
	struct buf body = BUF_INIT(1 << 20);
	int status = 403;
	api->secret_reads++;
	for (size_t i = 0; i < BROKER_API_SECRETS && api->secrets[i].name; i++)
		if (str_eq(api->secrets[i].name, name) && !api->secrets[i].forbidden) {
			write_secret(&body, &api->secrets[i]);
			status = 200;
		}
	if (status == 403)
		buf_printf(&body,
			   "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
			   "\"message\":"
			   "\"secrets \\\"%s\\\" is forbidden: User \\\"dev\\\" cannot get resource \\\"secrets\\\"\"}",
			   name);
	fake_answer(connection, status, "", buf_str(&body));
	buf_finish(&body);
}

static void refuse_leases(struct fake_connection *connection)
{
	fake_answer(connection, 403, "",
		    "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,\"message\":"
		    "\"leases.coordination.k8s.io is forbidden: User \\\"dev\\\" cannot list resource "
		    "\\\"leases\\\"\"}");
}

static bool script(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	struct broker_api *api = fake->script_data;
	const struct {
		const char *resource, *items;
	} lists[] = {{"/kafkausers", api->users},
		     {"/kafkas", api->kafkas},
		     {"/statefulsets", api->sets},
		     {"/rabbitmqclusters", api->rabbitmqs},
		     {"/persistentvolumeclaims", api->claims},
		     {"/pods", buf_str(&api->pods)}};
	const char *secret = strstr(path, "/secrets/"), *items = NULL;
	if (str_has_prefix(path, "/version"))
		return false;
	if (api->config_map && strstr(path, "/configmaps/mq-conf")) {
		fake_answer(connection, 200, "", api->config_map);
		return true;
	}
	if (secret) {
		answer_secret(api, connection, secret + strlen("/secrets/"));
		return true;
	}
	if (api->leases_forbidden && strstr(path, "/leases")) {
		refuse_leases(connection);
		return true;
	}
	if (api->refused && api->refusals && strstr(path, api->refused) && !strstr(path, "watch=1")) {
		api->refusals--;
		fake_answer(connection, api->refusal_status, str_or(api->refusal_headers, ""),
			    str_or(api->refusal, ""));
		return true;
	}
	if (strstr(path, "watch=1")) {
		fake_begin_watch(connection, false);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(lists) && !items; i++)
		if (strstr(path, lists[i].resource))
			items = str_or(lists[i].items, "");
	struct buf body = BUF_INIT(1 << 20);
	buf_printf(&body, "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[%s]}",
		   str_or(items, ""));
	fake_answer(connection, 200, "", buf_str(&body));
	buf_finish(&body);
	return true;
}

struct kube_client *broker_api_start(struct broker_api *api, struct loop *loop)
{
	struct err err = {0};
	fake_start(&api->fake, loop);
	api->fake.script = script;
	api->fake.script_data = api;
	CLEANUP(free)
	char *text =
		str_printf("current-context: t\ncontexts: [{name: t, context: {cluster: c}}]\nclusters: [{name: c, "
			   "cluster: {server: 'http://127.0.0.1:%u'}}]\n",
			   api->fake.port);
	api->config = kubeconfig_load(&(struct kubeconfig_options){.text = text}, &err);
	api->access = api->config ? kubeconfig_resolve(api->config, NULL, &err) : NULL;
	api->client =
		api->access ? kube_client_create(loop, api->access, &(struct kube_client_options){0}, &err) : NULL;
	if (!api->client)
		fail_msg("%s", err.text);
	return api->client;
}

void broker_api_stop(struct broker_api *api)
{
	kube_client_destroy(api->client);
	kube_access_destroy(api->access);
	kubeconfig_destroy(api->config);
	fake_stop(&api->fake);
	buf_finish(&api->pods);
}

void broker_api_put_pods(struct broker_api *api, const char *name, const char *labels, const char *owner_kind,
			 const char *subdomain, const char *ports)
{
	buf_init(&api->pods, 1 << 16);
	for (int i = 0; i < 3; i++)
		buf_printf(&api->pods,
			   "%s{\"metadata\":{\"name\":\"%s-%d\",\"namespace\":\"prod\",\"uid\":\"%d\",\"labels\":{%s},"
			   "\"ownerReferences\":[{\"kind\":\"%s\",\"name\":\"%s\",\"controller\":true}]},"
			   "\"spec\":{\"hostname\":\"%s-%d\",\"subdomain\":\"%s\",\"containers\":[{\"name\":\"broker\","
			   "\"image\":\"x\",\"ports\":[%s]}]},\"status\":{\"phase\":\"Running\",\"conditions\":[{"
			   "\"type\":"
			   "\"Ready\",\"status\":\"True\"}]}}",
			   i ? "," : "", name, i, i, labels, owner_kind, name, name, i, subdomain, ports);
}
