#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t volumes_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return (int64_t)world->volume_count;
}

static void volumes_fill(struct sheet_row *row, int64_t index)
{
	row->item.volume = row->world->volumes[index];
	row->cluster = row->item.volume->cluster;
}

static bool volumes_matches(const struct sheet_row *row, const struct sheet_scope *scope)
{
	const struct world_volume *it = row->item.volume;
	if (scope->node && !str_eq(it->node, scope->node))
		return false;
	if (!scope->broker)
		return true;
	char broker[512];
	snprintf(broker, sizeof broker, "%s/%s", it->claim->meta.namespace, it->broker ? it->broker->name : "");
	return str_eq(broker, scope->broker);
}

static const char *volumes_name_of(struct sheet_row *row)
{
	return row->item.volume->claim->meta.name;
}

static const char *volumes_namespace_of(const struct sheet_row *row)
{
	return row->item.volume->claim->meta.namespace;
}

static void volumes_key(struct sheet_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", volumes_namespace_of(row), volumes_name_of(row));
}

static const struct world_source *volumes_source(const struct world_view *world)
{
	return &world->claims_source;
}

static struct cell volumes_claim(struct sheet_row *row)
{
	return cell_text(volumes_name_of(row));
}

static struct cell volumes_phase(struct sheet_row *row)
{
	const char *word = row->item.volume->claim->phase;
	return sheet_state(word, str_eq(word, "Bound") ? SEV_OK : SEV_BAD);
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
	double part = it->used_bytes < 0 || it->capacity_bytes <= 0
			      ? -1
			      : (double)it->used_bytes / (double)it->capacity_bytes;
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

static uint8_t volumes_rank(struct sheet_row *row)
{
	return sheet_rank_of(sheet_severity(&sheet_volumes, row));
}

static const struct sheet_column columns[] = {
	{.title = "CLAIM", .field = "claim", .help = "volume claim", .min = 8, .max = 48, .cell = volumes_claim},
	{.title = "NAMESPACE", .field = "namespace", .help = "namespace", .priority = 6, .cell = volumes_namespace},
	{.title = "PHASE", .field = "phase", .help = "Bound, Pending or Lost", .cell = volumes_phase},
	{.title = "BROKER",
	 .field = "broker",
	 .help = "broker it belongs to, null when left behind",
	 .priority = 1,
	 .max = 32,
	 .cell = volumes_broker},
	{.title = "CLUSTER", .field = "cluster", .help = "broker cluster", .priority = 5, .cell = sheet_cell_cluster},
	{.title = "FULL",
	 .field = "usedFraction",
	 .help = "used part, 0 to 1",
	 .min = 8,
	 .max = 14,
	 .type = CELL_FRACTION,
	 .cell = volumes_full},
	{.title = "USED",
	 .field = "usedBytes",
	 .help = "used bytes as the broker says",
	 .priority = 3,
	 .type = CELL_BYTES,
	 .cell = volumes_used},
	{.title = "CAPACITY", .field = "capacityBytes", .help = "bytes", .type = CELL_BYTES, .cell = volumes_capacity},
	{.title = "VOLUME",
	 .field = "volume",
	 .help = "bound volume",
	 .priority = 3,
	 .max = 40,
	 .cell = volumes_volume},
	{.title = "CLASS",
	 .field = "storageClass",
	 .help = "storage class",
	 .priority = 4,
	 .max = 24,
	 .cell = volumes_class},
	{.title = "NODE",
	 .field = "node",
	 .help = "node it is tied to",
	 .priority = 2,
	 .max = 32,
	 .cell = volumes_node},
	{.title = "ACCESS",
	 .field = "accessModes",
	 .help = "access modes",
	 .priority = 6,
	 .max = 24,
	 .cell = volumes_access_modes},
	{.title = "RECLAIM",
	 .field = "reclaimPolicy",
	 .help = "what happens to the volume without the claim",
	 .priority = 5,
	 .cell = volumes_reclaim},
	{.title = "EXPANDABLE",
	 .field = "expandable",
	 .help = "the class allows growth",
	 .priority = 4,
	 .cell = volumes_expandable},
	{.title = "PROVISIONER",
	 .field = "provisioner",
	 .help = "of the class",
	 .flags = SHEET_COLUMN_WIDE,
	 .cell = volumes_provisioner},
	{.title = "AGE",
	 .field = "ageSeconds",
	 .help = "of the claim",
	 .priority = 7,
	 .type = CELL_AGE,
	 .cell = volumes_age},
};

const struct sheet sheet_volumes = {
	.name = "volumes",
	.title = "Volumes",
	.count = volumes_count,
	.fill = volumes_fill,
	.matches = volumes_matches,
	.name_of = volumes_name_of,
	.namespace_of = volumes_namespace_of,
	.key = volumes_key,
	.rank = volumes_rank,
	.source = volumes_source,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
