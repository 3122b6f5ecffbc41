/* Copies of what the records say of a Kafka cluster's pods: brokers are dialled when the records may have gone. */
#include "api/model/sources/kafka_pods.h"

#include "api/base/mem.h"
#include "api/model/sources/broker_source_private.h"

static struct source_pod_address keep_address(struct arena *texts, const struct kube_pod *pod)
{
	struct source_pod_address it = source_pod_address_of(pod);
	struct kube_pod_ip *ips = arena_alloc(texts, (it.ip_count + 1) * sizeof *ips);
	for (size_t i = 0; i < it.ip_count; i++)
		ips[i].text = arena_strdup(texts, it.ips[i].text);
	it.ips = ips;
	it.namespace = arena_strdup(texts, it.namespace);
	it.name = arena_strdup(texts, it.name);
	it.hostname = arena_strdup(texts, it.hostname);
	it.subdomain = arena_strdup(texts, it.subdomain);
	return it;
}

void source_kafka_pods_learn(struct source_kafka_pods *pods, const struct source_broker *source, struct arena *scratch)
{
	vec_clear(&pods->all);
	vec_clear(&pods->ports);
	arena_reset(&pods->texts);
	for (size_t i = 0; i < source->pods.len; i++) {
		const struct kube_pod *pod = source->pods.items[i];
		const struct kube_container *container = source_discover_pod_container(WORLD_BROKER_KAFKA, pod);
		struct source_kafka_pod it = {.address = keep_address(&pods->texts, pod)};
		it.name = it.address.name;
		it.state = source_broker_pod_state(pod);
		it.names = arena_strdup(&pods->texts, source_broker_pod_names(source, pod, scratch));
		vec_push(&pods->all, it);
		for (size_t j = 0; container && i == 0 && j < container->port_count; j++)
			vec_push(&pods->ports, container->ports[j].container_port);
	}
}

void source_kafka_pods_finish(struct source_kafka_pods *pods)
{
	vec_finish(&pods->all);
	vec_finish(&pods->ports);
	arena_finish(&pods->texts);
}

const char *source_kafka_pods_find(const struct source_kafka_pods *pods, const char *host)
{
	const char *found = NULL;
	vec_each (&pods->all, pod)
		if (source_pod_is_named(&pod->address, host))
			return pod->name;
	vec_each (&pods->all, pod) {
		if (!source_pod_has_address(&pod->address, host))
			continue;
		if (found)
			return NULL;
		found = pod->name;
	}
	return found;
}

bool source_kafka_pods_have_port(const struct source_kafka_pods *pods, int32_t port)
{
	vec_each (&pods->ports, it)
		if (*it == port)
			return true;
	return false;
}
