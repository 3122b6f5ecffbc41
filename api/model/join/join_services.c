/* Services of broker clusters, where their ports lead, and how many endpoints are ready. */
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"

enum { KEY_MAX = 1024 };

/* The ports brokers listen on unless told otherwise. */
static const struct {
	int32_t port;
	enum world_broker_kind kind;
	const char *name;
} well_known[] = {
	{5672, WORLD_BROKER_RABBITMQ, "amqp"},        {5671, WORLD_BROKER_RABBITMQ, "amqps"},
	{15672, WORLD_BROKER_RABBITMQ, "management"}, {15671, WORLD_BROKER_RABBITMQ, "management-tls"},
	{15692, WORLD_BROKER_RABBITMQ, "prometheus"}, {15691, WORLD_BROKER_RABBITMQ, "prometheus-tls"},
	{4369, WORLD_BROKER_RABBITMQ, "epmd"},        {25672, WORLD_BROKER_RABBITMQ, "cluster-rpc"},
	{5552, WORLD_BROKER_RABBITMQ, "stream"},      {5551, WORLD_BROKER_RABBITMQ, "streams"},
	{1883, WORLD_BROKER_RABBITMQ, "mqtt"},        {8883, WORLD_BROKER_RABBITMQ, "mqtts"},
	{61613, WORLD_BROKER_RABBITMQ, "stomp"},      {61614, WORLD_BROKER_RABBITMQ, "stomps"},
	{9092, WORLD_BROKER_KAFKA, "kafka"},          {9093, WORLD_BROKER_KAFKA, "kafka-tls"},
	{9094, WORLD_BROKER_KAFKA, "external"},       {9090, WORLD_BROKER_KAFKA, "control-plane"},
	{9091, WORLD_BROKER_KAFKA, "replication"},    {9404, WORLD_BROKER_KAFKA, "prometheus"},
};

static const struct kube_container *services_join_container_of(const struct join_cluster *cluster)
{
	for (size_t i = 0; i < cluster->brokers.len; i++)
		if (cluster->brokers.items[i]->pod)
			return source_discover_pod_container(cluster->pub.kind, cluster->brokers.items[i]->pod);
	const struct kube_stateful_set *set = cluster->found.stateful_set;
	return set ? source_evidence_container(cluster->pub.kind, set->containers, set->container_count) : NULL;
}

static const struct kube_port *container_port(const struct kube_container *container, const char *name, int32_t number)
{
	for (size_t i = 0; container && i < container->port_count; i++)
		if (name ? str_eq(container->ports[i].name, name) : container->ports[i].container_port == number)
			return &container->ports[i];
	return NULL;
}

static const char *port_name(const struct join_cluster *cluster, const struct kube_container *container, int32_t number)
{
	const struct kube_port *port = container_port(container, NULL, number);
	if (port && !str_empty(port->name))
		return port->name;
	for (size_t i = 0; i < ARRAY_LEN(well_known); i++)
		if (well_known[i].port == number && well_known[i].kind == cluster->pub.kind)
			return well_known[i].name;
	return NULL;
}

static void fill_port(const struct join_cluster *cluster, const struct kube_port *port, struct world_service_port *out)
{
	const struct kube_container *container = services_join_container_of(cluster);
	int64_t number = -1;
	if (str_empty(port->target_port)) {
		number = port->port;
	} else if (!str_to_i64(port->target_port, &number)) {
		const struct kube_port *named = container_port(container, port->target_port, 0);
		number = named ? named->container_port : -1;
	}
	if (number == 0)
		number = port->port;
	*out = (struct world_service_port){.port = port,
					   .broker_port = number > 0 && number < 65536 ? (int32_t)number : -1};
	if (out->broker_port > 0)
		out->broker_port_name = port_name(cluster, container, out->broker_port);
}

static struct join_cluster *services_join_owner(struct world *world, const struct kube_service *service)
{
	const char *namespace = service->meta.namespace;
	uint64_t key = join_index_selected(world, namespace, service->selector, service->selector_count);
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(&world->index.labels, key, at));)
		if (join_cluster_is_selected(at->value, namespace, service->selector, service->selector_count))
			return at->value;
	return NULL;
}

/* A service with addresses of two families has two slices with the same pods. */
static void count_slice(struct map *pods, const struct kube_endpoint_slice *slice, struct world_service *service)
{
	static const char ready_mark, seen_mark;
	for (size_t i = 0; i < slice->endpoint_count; i++) {
		const struct kube_endpoint *endpoint = &slice->endpoints[i];
		const char *key = endpoint->target_name     ? endpoint->target_name
				  : endpoint->address_count ? endpoint->addresses[0]
							    : NULL;
		if (!key)
			continue;
		const void *before = map_get(pods, key);
		service->all_endpoints += before == NULL;
		service->ready_endpoints += endpoint->ready && before != &ready_mark;
		map_set(pods, key, (void *)(endpoint->ready || before == &ready_mark ? &ready_mark : &seen_mark));
	}
}

static const char *services_join_slice_of(const struct kube_endpoint_slice *slice)
{
	return kube_label(&slice->meta, "kubernetes.io/service-name");
}

static void index_slices(struct world *world)
{
	const struct kube_endpoint_slice *slice;
	struct map_entry *at = NULL;
	record_lookup_clear(&world->index.slices);
	while ((slice = record_store_next(&world->store, KUBE_ENDPOINT_SLICES, &at)))
		record_lookup_put(&world->index.slices,
				  record_lookup_key(slice->meta.namespace, services_join_slice_of(slice), NULL),
				  (void *)slice);
}

static void count_endpoints(struct world *world, struct world_service *service)
{
	struct map pods = MAP_INIT;
	const struct kube_meta *its = &service->record->meta;
	uint64_t key = record_lookup_key(its->namespace, its->name, NULL);
	service->ready_endpoints = service->all_endpoints = -1;
	if (!world_source_is_read(&service->cluster->parts[WORLD_PART_ENDPOINTS]))
		return;
	service->ready_endpoints = service->all_endpoints = 0;
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(&world->index.slices, key, at));) {
		const struct kube_endpoint_slice *slice = at->value;
		if (str_eq(slice->meta.namespace, its->namespace) && str_eq(services_join_slice_of(slice), its->name))
			count_slice(&pods, slice, service);
	}
	map_finish(&pods);
}

static void fill_service(struct world *world, struct join_cluster *cluster, const struct kube_service *record)
{
	char key[KEY_MAX];
	snprintf(key, sizeof key, "%s/%s", cluster->namespace, str_or(record->meta.name, ""));
	struct join_service *service = map_get(&world->services, key);
	if (!service) {
		service = mem_alloc(sizeof *service);
		map_set(&world->services, key, service);
	}
	service->seen = true;
	service->pub =
		(struct world_service){.record = record, .cluster = &cluster->pub, .port_count = record->port_count};
	service->pub.ports = arena_alloc(&world->frame, (record->port_count + 1) * sizeof *service->pub.ports);
	for (size_t i = 0; i < record->port_count; i++)
		fill_port(cluster, &record->ports[i], &service->pub.ports[i]);
	count_endpoints(world, &service->pub);
	join_index_name(cluster, record->meta.name);
	vec_push(&cluster->services, &service->pub);
	vec_push(&world->service_list, &service->pub);
}

static int compare_services(const void *a, const void *b)
{
	const struct world_service *left = *(struct world_service *const *)a,
				   *right = *(struct world_service *const *)b;
	int order = strcmp(left->cluster->key, right->cluster->key);
	return order ? order : str_compare_natural(left->record->meta.name, right->record->meta.name);
}

static void services_join_drop_unseen(struct world *world)
{
	VEC(char *) gone = {0};
	for (struct map_entry *at = map_next(&world->services, NULL); at; at = map_next(&world->services, at))
		if (!((struct join_service *)at->value)->seen)
			vec_push(&gone, mem_strdup(at->key));
	vec_each (&gone, key) {
		free(map_remove(&world->services, *key));
		free(*key);
	}
	vec_finish(&gone);
}

void join_services(struct world *world)
{
	const struct kube_service *record;
	struct map_entry *at;
	vec_clear(&world->service_list);
	for (at = map_next(&world->services, NULL); at; at = map_next(&world->services, at))
		((struct join_service *)at->value)->seen = false;
	for (size_t i = 0; i < world->cluster_list.len; i++)
		vec_clear(&join_cluster_of(world->cluster_list.items[i])->services);
	index_slices(world);
	for (at = NULL; (record = record_store_next(&world->store, KUBE_SERVICES, &at));) {
		struct join_cluster *owner = services_join_owner(world, record);
		if (owner)
			fill_service(world, owner, record);
	}
	services_join_drop_unseen(world);
	if (world->service_list.len)
		qsort(world->service_list.items, world->service_list.len, sizeof *world->service_list.items,
		      compare_services);
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		struct join_cluster *cluster = join_cluster_of(world->cluster_list.items[i]);
		if (cluster->services.len)
			qsort(cluster->services.items, cluster->services.len, sizeof *cluster->services.items,
			      compare_services);
		cluster->pub.services = cluster->services.items;
		cluster->pub.service_count = cluster->services.len;
	}
}
