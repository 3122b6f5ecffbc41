/* Paths of resources, made and read. Reading serves the read-only gate: what a request may do follows from its method
 * and path alone, so that no caller can forget to say it. */
#include "api/kube/client/kube_url.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/client/kube_client.h"

static void append_segment(struct buf *out, const char *text)
{
	buf_append_char(out, '/');
	http_escape(out, text);
}

static void kube_url_append(struct buf *out, const struct kube_url *url)
{
	buf_append_str(out, str_empty(url->group) ? "/api" : "/apis");
	if (!str_empty(url->group))
		append_segment(out, url->group);
	append_segment(out, url->version);
	if (url->namespace) {
		buf_append_str(out, "/namespaces");
		append_segment(out, url->namespace);
	}
	append_segment(out, url->resource);
	if (url->name)
		append_segment(out, url->name);
	if (url->name && url->subresource)
		append_segment(out, url->subresource);
	if (!str_empty(url->query))
		buf_printf(out, "?%s", url->query);
}

char *kube_url(const struct kube_url *url)
{
	struct buf out = BUF_INIT(64 * 1024);
	kube_url_append(&out, url);
	return buf_take(&out);
}

void kube_query_append(struct buf *out, const char *name, const char *value)
{
	if (out->len > 0)
		buf_append_char(out, '&');
	http_escape(out, name);
	buf_append_char(out, '=');
	http_escape(out, value);
}

/* ---- reading paths ---- */

static bool next_segment(const char **at, char *out, size_t size)
{
	if (**at != '/')
		return false;
	size_t len = strcspn(*at + 1, "/?");
	snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), *at + 1);
	*at += 1 + len;
	return len > 0;
}

bool kube_path_parse(const char *path, struct kube_path *out)
{
	char root[16], version[64];
	*out = (struct kube_path){.watch = strstr(path, "?watch=1") || strstr(path, "&watch=1")};
	if (!next_segment(&path, root, sizeof root))
		return false;
	bool core = str_eq(root, "api");
	if ((!core && !str_eq(root, "apis")) || (!core && !next_segment(&path, out->group, sizeof out->group)) ||
	    !next_segment(&path, version, sizeof version) || !next_segment(&path, out->resource, sizeof out->resource))
		return false;
	char name[256] = "", next[128] = "";
	bool named = next_segment(&path, name, sizeof name);
	bool more = named && next_segment(&path, next, sizeof next);
	/* /namespaces/NAME/RESOURCE…, but /namespaces/NAME/status is the namespace's own. */
	if (str_eq(out->resource, "namespaces") && more && !str_eq(next, "status") && !str_eq(next, "finalize")) {
		snprintf(out->namespace, sizeof out->namespace, "%s", name);
		snprintf(out->resource, sizeof out->resource, "%s", next);
		name[0] = next[0] = '\0';
		if (next_segment(&path, name, sizeof name))
			next_segment(&path, next, sizeof next);
	}
	snprintf(out->name, sizeof out->name, "%s", name);
	snprintf(out->subresource, sizeof out->subresource, "%s", next);
	return true;
}

const char *kube_path_verb(const struct kube_path *path, const char *method)
{
	static const struct {
		const char *method, *collection, *one;
	} verbs[] = {
		{"GET", "list", "get"},      {"HEAD", "list", "get"},     {"POST", "create", "create"},
		{"PUT", "update", "update"}, {"PATCH", "patch", "patch"}, {"DELETE", "deletecollection", "delete"},
	};
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (str_eq(verbs[i].method, method))
			return path->watch ? "watch" : path->name[0] ? verbs[i].one : verbs[i].collection;
	return method;
}

/* ---- the read-only gate ---- */

static bool is_door(const struct kube_path *path)
{
	static const char *const doors[] = {"exec", "attach", "portforward", "proxy"};
	for (size_t i = 0; i < ARRAY_LEN(doors); i++)
		if (str_eq(path->subresource, doors[i]))
			return true;
	return false;
}

/* How full volumes are, as the kubelet of a node tells: the one path behind that door that only reads. Nothing may follow
 * it, or be hidden in the name of the node. */
static bool is_node_summary(const char *method, const char *path)
{
	static const char before[] = "/api/v1/nodes/", after[] = "/proxy/stats/summary";
	if (!str_eq(method, "GET") || !str_has_prefix(path, before))
		return false;
	const char *name = path + strlen(before);
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.");
	return len > 0 && *name != '.' && !memmem(name, len, "..", 2) && str_eq(name + len, after);
}

static bool is_self_review(const struct kube_path *path)
{
	return str_eq(path->group, "authorization.k8s.io") && !path->name[0] &&
	       (str_eq(path->resource, "selfsubjectaccessreviews") ||
		str_eq(path->resource, "selfsubjectrulesreviews"));
}

bool kube_gate_allows(bool read_only, const char *method, const char *path, struct err *err)
{
	struct kube_path parsed;
	if (!read_only)
		return true;
	bool known = kube_path_parse(path, &parsed);
	bool reads = str_eq(method, "GET") || str_eq(method, "HEAD");
	if (reads && (!known || !is_door(&parsed) || is_node_summary(method, path)))
		return true;
	if (known && str_eq(method, "POST") && is_self_review(&parsed))
		return true;
	return err_set(err, ERR_REFUSED, "read-only: %s of %s %s is not sent",
		       known ? kube_path_verb(&parsed, method) : method, known ? parsed.resource : path,
		       known ? parsed.name : "");
}

/* The subcommand of one of RabbitMQ's tools. Only flags that are known not to take the subcommand's place may stand
 * before it; with any other there is none. */
static const char *url_subcommand(const char *const *command)
{
	for (size_t i = 1; command[i]; i++) {
		if (str_eq(command[i], "--formatter") && command[i + 1])
			i++;
		else if (!str_eq(command[i], "-s") && !str_eq(command[i], "-q"))
			return command[i];
	}
	return "";
}

static bool only_reads(const char *const *command)
{
	static const char *const readers[][2] = {
		{"rabbitmq-diagnostics", "check_"}, {"rabbitmq-diagnostics", "cluster_status"},
		{"rabbitmq-diagnostics", "status"}, {"rabbitmqctl", "list_"},
		{"rabbitmqctl", "cluster_status"},  {"rabbitmqctl", "status"},
		{"rabbitmqctl", "version"},         {"rabbitmq-queues", "quorum_status"},
		{"rabbitmq-queues", "check_"},      {"rabbitmq-plugins", "list"},
	};
	for (size_t i = 0; i < ARRAY_LEN(readers); i++)
		if (str_eq(readers[i][0], command[0]) && str_has_prefix(url_subcommand(command), readers[i][1]))
			return true;
	return false;
}

bool kube_gate_allows_tunnel(bool read_only, const char *path, const char *const *command, struct err *err)
{
	struct kube_path parsed;
	bool known = kube_path_parse(path, &parsed);
	bool has_command = command && command[0];
	if (!read_only || (known && str_eq(parsed.subresource, "portforward")))
		return true;
	if (known && has_command && str_eq(parsed.subresource, "exec") && only_reads(command))
		return true;
	return err_set(err, ERR_REFUSED, "read-only: %s is not executed in %s",
		       has_command ? command[0] : "the command", known ? parsed.name : "the pod");
}
