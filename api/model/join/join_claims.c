/* Why a claim has no volume: what is missing for it, and what the provisioner said last. */
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"

static bool class_is_default(const struct kube_storage_class *class)
{
	return str_eq(kube_annotation(&class->meta, "storageclass.kubernetes.io/is-default-class"), "true") ||
	       str_eq(kube_annotation(&class->meta, "storageclass.beta.kubernetes.io/is-default-class"), "true");
}

void join_claims_look(struct world *world)
{
	const struct kube_storage_class *class;
	const struct kube_volume *volume;
	const struct kube_event *event;
	struct map_entry *at = NULL;
	struct join_index *index = &world->index;
	index->has_default_class = false;
	record_lookup_clear(&index->free_volumes);
	record_lookup_clear(&index->claim_events);
	while ((class = record_store_next(&world->store, KUBE_STORAGE_CLASSES, &at)))
		index->has_default_class |= class_is_default(class);
	for (at = NULL; (volume = record_store_next(&world->store, KUBE_VOLUMES, &at));)
		if (str_eq(volume->phase, "Available"))
			record_lookup_put(&index->free_volumes, record_lookup_key(volume->storage_class, NULL, NULL),
					  (void *)volume);
	for (at = NULL; (event = record_store_next(&world->store, KUBE_EVENTS, &at));)
		if (str_eq(event->object_kind, "PersistentVolumeClaim"))
			record_lookup_put(&index->claim_events,
					  record_lookup_key(event->object_namespace, event->object_name, NULL),
					  (void *)event);
}

/* A class may be no more than a name that volumes made by hand share with the claims for them. */
static bool has_free_volume(struct world *world, const char *class)
{
	struct record_lookup *volumes = &world->index.free_volumes;
	uint64_t key = record_lookup_key(class, NULL, NULL);
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(volumes, key, at));) {
		const struct kube_volume *volume = at->value;
		if (str_eq(str_or(volume->storage_class, ""), str_or(class, "")))
			return true;
	}
	return false;
}

const char *join_claim_lacks(struct join_cluster *cluster, const char *class)
{
	struct world *world = cluster->world;
	if (!world_source_is_read(&cluster->pub.parts[WORLD_PART_CLASSES]) || has_free_volume(world, class))
		return NULL;
	if (!class)
		return world->index.has_default_class ? NULL : "it names no storage class and none is the default";
	if (!*class)
		return world_source_is_withheld(&cluster->pub.parts[WORLD_PART_VOLUMES])
			       ? "it is for a volume made by hand"
			       : "it is for a volume made by hand and none is free";
	return record_store_get(&world->store, KUBE_STORAGE_CLASSES, NULL, class)
		       ? NULL
		       : arena_printf(&world->frame, "storage class \"%s\" does not exist", class);
}

/* The newest event of the claim, if it is a warning. */
static const char *said_of_claim(struct world *world, const struct kube_claim *claim)
{
	const struct kube_event *newest = NULL;
	struct record_lookup *events = &world->index.claim_events;
	uint64_t key = record_lookup_key(claim->meta.namespace, claim->meta.name, NULL);
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(events, key, at));) {
		const struct kube_event *event = at->value;
		if (str_eq(event->object_name, claim->meta.name) &&
		    str_eq(event->object_namespace, claim->meta.namespace) &&
		    (!event->object_uid || !claim->meta.uid || str_eq(event->object_uid, claim->meta.uid)) &&
		    (!newest || event->last_ms > newest->last_ms))
			newest = event;
	}
	return newest && str_eq(newest->type, "Warning") ? newest->message : NULL;
}

const char *join_claim_waits(struct join_cluster *cluster, const struct kube_claim *claim)
{
	if (str_eq(claim->phase, "Bound"))
		return NULL;
	const char *lacks = claim->volume_name ? NULL : join_claim_lacks(cluster, claim->storage_class);
	return lacks ? lacks : said_of_claim(cluster->world, claim);
}

void join_claim_templates(struct join_cluster *cluster)
{
	const struct kube_stateful_set *set = cluster->found.stateful_set;
	size_t count = set ? set->claim_template_count : 0;
	const char **waits = arena_alloc(&cluster->world->frame, (count + 1) * sizeof *waits);
	for (size_t i = 0; i < count; i++)
		waits[i] = join_claim_lacks(cluster, set->claim_templates[i].storage_class);
	cluster->pub.template_waits = count ? waits : NULL;
}
