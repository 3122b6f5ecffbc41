/* Volumes: the claim of a broker, the volume bound to it and its class. */
#include "views/sheets/sheet_describe.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static void volumes_fill(struct sheet_row *row, int64_t index)
{
	row->cluster = row->item.volume->cluster;
}

static const char *volumes_namespace_of(const struct sheet_row *row)
{
	return row->item.volume->claim->meta.namespace;
}

static struct cell volumes_claim(struct sheet_row *row)
{
	return cell_text(row->item.volume->claim->meta.name);
}

static struct cell volumes_phase(struct sheet_row *row)
{
	const char *word = row->item.volume->claim->phase;
	return sheet_state(word, str_eq(word, "Bound") ? SEV_OK : SEV_BAD);
}

static struct cell volumes_reason(struct sheet_row *row)
{
	const struct world_volume *it = row->item.volume;
	return str_eq(it->claim->phase, "Bound") ? cell_none()
	       : it->waits                       ? cell_graded(cell_text(it->waits), SEV_BAD)
						 : cell_unknown();
}

static struct cell volumes_namespace(struct sheet_row *row)
{
	return cell_text(volumes_namespace_of(row));
}

static struct cell volumes_volume(struct sheet_row *row)
{
	return cell_text(row->item.volume->claim->volume_name);
}

static struct cell volumes_class(struct sheet_row *row)
{
	return cell_text(row->item.volume->claim->storage_class);
}

static struct cell volumes_node(struct sheet_row *row)
{
	return cell_text(row->item.volume->node);
}

static struct cell volumes_broker(struct sheet_row *row)
{
	return row->item.volume->broker ? cell_text(row->item.volume->broker->name) : cell_none();
}

static struct cell volumes_capacity(struct sheet_row *row)
{
	return cell_bytes(row->item.volume->capacity_bytes);
}

static struct cell volumes_used(struct sheet_row *row)
{
	return cell_bytes(row->item.volume->used_bytes);
}

static struct cell volumes_full(struct sheet_row *row)
{
	const struct world_volume *it = row->item.volume;
	int64_t size = it->size_bytes > 0 ? it->size_bytes : it->capacity_bytes;
	double part = it->used_bytes < 0 || size <= 0 ? -1 : (double)it->used_bytes / (double)size;
	return cell_graded(cell_fraction(part), part >= 0.90 ? SEV_BAD : part >= 0.80 ? SEV_WARN : SEV_NONE);
}

static struct cell volumes_access_modes(struct sheet_row *row)
{
	const struct kube_claim *it = row->item.volume->claim;
	return sheet_joined(row, it->access_modes, it->access_mode_count);
}

static struct cell volumes_reclaim(struct sheet_row *row)
{
	const struct kube_volume *it = row->item.volume->volume;
	return it ? cell_text(it->reclaim_policy) : cell_unknown();
}

static struct cell volumes_expandable(struct sheet_row *row)
{
	int yes = row->item.volume->expandable;
	return yes < 0 ? cell_unknown() : cell_bool(yes);
}

static struct cell volumes_provisioner(struct sheet_row *row)
{
	const struct kube_storage_class *it = row->item.volume->class;
	return it ? cell_text(it->provisioner) : cell_unknown();
}

static struct cell volumes_age(struct sheet_row *row)
{
	return sheet_age_since(row, row->item.volume->claim->meta.created_ms);
}

static void volumes_links(const struct sheet_row *row, struct sheet_links *out)
{
	const struct world_volume *it = row->item.volume;
	out->broker = it->broker ? it->broker->name : NULL;
	out->node = it->node;
}

static void volumes_describe(const struct sheet_row *row, struct buf *out)
{
	const struct kube_claim *it = row->item.volume->claim;
	if (row->item.volume->waits)
		sheet_describe_line(out, "waits", row->item.volume->waits);
	if (row->item.volume->use_unknown)
		sheet_describe_line(out, "use unknown", row->item.volume->use_unknown);
	sheet_describe_conditions(out, it->conditions, it->condition_count);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("CLAIM", "claim", "PersistentVolumeClaim", volumes_claim, .min = 8, .max = 48),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", volumes_namespace, .priority = 6),
	SHEET_TEXT("PHASE", "phase", "Bound, Pending or Lost", volumes_phase),
	SHEET_TEXT("REASON", "pendingReason", "why it is not bound, null when it is", volumes_reason, .priority = 5,
		   .max = 60),
	SHEET_TEXT("BROKER", "broker", "broker it belongs to, null when orphaned", volumes_broker, .priority = 1,
		   .max = 32),
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster", sheet_cell_cluster, .priority = 5),
	SHEET_NUMBER(FRACTION, "FULL", "usedFraction", "used share, 0 to 1", volumes_full, .min = 8, .max = 14),
	SHEET_NUMBER(BYTES, "USED", "usedBytes", "used bytes, as reported by the broker or its kubelet", volumes_used,
		     .priority = 3),
	SHEET_NUMBER(BYTES, "CAPACITY", "capacityBytes", "capacity in bytes", volumes_capacity),
	SHEET_TEXT("VOLUME", "volume", "bound volume", volumes_volume, .priority = 3, .max = 40),
	SHEET_TEXT("CLASS", "storageClass", "storage class", volumes_class, .priority = 4, .max = 24),
	SHEET_TEXT("NODE", "node", "node that its volume is bound to", volumes_node, .priority = 2, .max = 32),
	SHEET_TEXT("ACCESS", "accessModes", "access modes", volumes_access_modes, .priority = 6, .max = 24),
	SHEET_TEXT("RECLAIM", "reclaimPolicy", "what happens to the volume when the claim is deleted", volumes_reclaim,
		   .priority = 5),
	SHEET_TEXT("EXPANDABLE", "expandable", "whether the storage class allows expansion", volumes_expandable,
		   .priority = 4),
	SHEET_TEXT("PROVISIONER", "provisioner", "provisioner of the storage class", volumes_provisioner, SHEET_WIDE),
	SHEET_NUMBER(AGE, "AGE", "ageSeconds", "age of the claim", volumes_age, .priority = 7),
};

const struct sheet sheet_volumes = {
	.name = "volumes",
	.word = "volume",
	.list = SHEET_OF_WORLD(volumes, volume_count),
	.links = volumes_links,
	.has_broker = true,
	.api = {.version = "v1", .resource = "persistentvolumeclaims"},
	.describe = volumes_describe,
	.fill = volumes_fill,
	.namespace_of = volumes_namespace_of,
	.needs_brokers = true, /* how full they are */
	.leans_on = WORLD_ON(CLAIMS) | WORLD_ON(VOLUMES) | WORLD_ON(CLASSES) | WORLD_ON(DISKS) | WORLD_ON_CLUSTERS,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
