/* Names of pods as the cluster's DNS gives them, and addresses in the forms that brokers go by. */
#include "api/model/sources/pod_address.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "api/base/str.h"

enum { HOST_BYTES = 254, LABELS_MAX = 8 };

struct host_labels {
	char text[HOST_BYTES];
	const char *items[LABELS_MAX]; /* the rest is not looked at */
	size_t count;
};

struct source_pod_address source_pod_address_of(const struct kube_pod *pod)
{
	return (struct source_pod_address){
		.namespace = pod->meta.namespace,
		.name = pod->meta.name,
		.hostname = pod->hostname,
		.subdomain = pod->subdomain,
		.ips = pod->ips,
		.ip_count = pod->ip_count,
	};
}

static bool split_host(struct host_labels *out, const char *host)
{
	size_t len = host ? strlen(host) : 0;
	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len == 0 || len >= sizeof out->text)
		return false;
	memcpy(out->text, host, len);
	out->text[len] = '\0';
	out->count = 0;
	for (char *at = out->text; at && out->count < LABELS_MAX;) {
		out->items[out->count++] = at;
		at = strchr(at, '.');
		if (at)
			*at++ = '\0';
	}
	return true;
}

/* Too short a name says nothing of that label. */
static bool label_fits(const struct host_labels *labels, size_t at, const char *wanted)
{
	return at >= labels->count || (wanted && strcasecmp(labels->items[at], wanted) == 0);
}

bool source_pod_is_named(const struct source_pod_address *pod, const char *host)
{
	struct host_labels labels;
	if (!split_host(&labels, host) || !label_fits(&labels, 0, str_or(pod->hostname, pod->name)))
		return false;
	/* Without the service's name only its place among the others tells that the second label is one. */
	if (pod->subdomain ? !label_fits(&labels, 1, pod->subdomain) : labels.count == 2)
		return false;
	return label_fits(&labels, 2, pod->namespace) && label_fits(&labels, 3, "svc");
}

struct ip_number {
	int family; /* 0 = it is none */
	unsigned char bytes[sizeof(struct in6_addr)];
};

static struct ip_number ip_number_of(const char *text)
{
	struct ip_number out = {0};
	if (inet_pton(AF_INET, text, out.bytes) == 1)
		out.family = AF_INET;
	else if (inet_pton(AF_INET6, text, out.bytes) == 1)
		out.family = AF_INET6;
	return out;
}

static struct ip_number ip_of_dashes(const char *label)
{
	char text[INET6_ADDRSTRLEN + 1];
	struct ip_number out = {0};
	for (const char *separator = ".:"; *separator && !out.family && strlen(label) < sizeof text; separator++) {
		size_t len = strlen(label);
		for (size_t i = 0; i <= len; i++)
			text[i] = label[i] == '-' ? *separator : label[i];
		out = ip_number_of(text);
	}
	return out;
}

/* "10-1-2-3", "….namespace.pod…" or "….service.namespace.svc…": what stands behind must be of this namespace. */
static bool is_pod_domain(const struct host_labels *labels, const struct source_pod_address *pod)
{
	if (labels->count == 1)
		return true;
	if (labels->count > 2 && strcasecmp(labels->items[2], "pod") == 0)
		return label_fits(labels, 1, pod->namespace);
	return labels->count > 2 && label_fits(labels, 2, pod->namespace) && label_fits(labels, 3, "svc");
}

bool source_pod_has_address(const struct source_pod_address *pod, const char *host)
{
	struct host_labels labels;
	struct ip_number wanted = ip_number_of(str_or(host, ""));
	if (!wanted.family && split_host(&labels, host) && is_pod_domain(&labels, pod))
		wanted = ip_of_dashes(labels.items[0]);
	for (size_t i = 0; wanted.family && i < pod->ip_count; i++) {
		struct ip_number own = ip_number_of(str_or(pod->ips[i].text, ""));
		if (own.family == wanted.family && memcmp(own.bytes, wanted.bytes, sizeof own.bytes) == 0)
			return true;
	}
	return false;
}
