#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t count(const struct world_view *world, const struct world_cluster *cluster)
{
	return (int64_t)world->volume_count;
}

static void fill(struct row *row, int64_t index)
{
	row->item.volume = row->world->volumes[index];
	row->cluster = row->item.volume->cluster;
}

static bool matches(const struct row *row, const struct scope *scope)
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

static const char *name_of(struct row *row)
{
	return row->item.volume->claim->meta.name;
}

static const char *namespace_of(const struct row *row)
{
	return row->item.volume->claim->meta.namespace;
}

static void key(struct row *row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", namespace_of(row), name_of(row));
}

static const struct source *source(const struct world_view *world)
{
	return &world->claims_source;
}

static struct cell claim(struct row *row)
{
	return cell_text(name_of(row));
}

static struct cell phase(struct row *row)
{
	const char *word = row->item.volume->claim->phase;
	return sheet_state(word, str_eq(word, "Bound") ? SEV_OK : SEV_BAD);
}

static struct cell namespace(struct row *row)
{
	return cell_text(namespace_of(row));
}

static struct cell volume(struct row *row)
{
	return cell_text(row->item.volume->claim->volume_name);
}

static struct cell class(struct row *row)
{
	return cell_text(row->item.volume->claim->storage_class);
}

static struct cell node(struct row *row)
{
	return cell_text(row->item.volume->node);
}

static struct cell broker(struct row *row)
{
	return row->item.volume->broker ? cell_text(row->item.volume->broker->name) : cell_none();
}

static struct cell capacity(struct row *row)
{
	return cell_bytes(row->item.volume->capacity_bytes);
}

static struct cell used(struct row *row)
{
	return cell_bytes(row->item.volume->used_bytes);
}

static struct cell full(struct row *row)
{
	const struct world_volume *it = row->item.volume;
	double part = it->used_bytes < 0 || it->capacity_bytes <= 0 ? -1 : (double)it->used_bytes / (double)it->capacity_bytes;
	return cell_graded(cell_fraction(part), part >= 0.90 ? SEV_BAD : part >= 0.80 ? SEV_WARN : SEV_NONE);
}

static struct cell access_modes(struct row *row)
{
	const struct kube_claim *it = row->item.volume->claim;
	return sheet_joined(row, it->access_modes, it->access_mode_count);
}

static struct cell reclaim(struct row *row)
{
	const struct kube_volume *it = row->item.volume->volume;
	return it ? cell_text(it->reclaim_policy) : cell_unknown();
}

static struct cell expandable(struct row *row)
{
	int yes = row->item.volume->expandable;
	return yes < 0 ? cell_unknown() : cell_bool(yes);
}

static struct cell provisioner(struct row *row)
{
	const struct kube_storage_class *it = row->item.volume->class;
	return it ? cell_text(it->provisioner) : cell_unknown();
}

static struct cell age(struct row *row)
{
	return sheet_age_since(row, row->item.volume->claim->meta.created_ms);
}

static uint8_t rank(struct row *row)
{
	return sheet_rank_of(sheet_severity(&sheet_volumes, row));
}

static const struct column columns[] = {
	{.title = "CLAIM", .field = "claim", .help = "volume claim", .min = 8, .max = 48, .cell = claim},
	{.title = "NAMESPACE", .field = "namespace", .help = "namespace", .priority = 6, .cell = namespace},
	{.title = "PHASE", .field = "phase", .help = "Bound, Pending or Lost", .cell = phase},
	{.title = "BROKER", .field = "broker", .help = "broker it belongs to, null when left behind", .priority = 1, .max = 32, .cell = broker},
	{.title = "CLUSTER", .field = "cluster", .help = "broker cluster", .priority = 5, .cell = sheet_cell_cluster},
	{.title = "FULL", .field = "usedFraction", .help = "used part, 0 to 1", .min = 8, .max = 14, .type = CELL_FRACTION, .cell = full},
	{.title = "USED", .field = "usedBytes", .help = "used bytes as the broker says", .priority = 3, .type = CELL_BYTES, .cell = used},
	{.title = "CAPACITY", .field = "capacityBytes", .help = "bytes", .type = CELL_BYTES, .cell = capacity},
	{.title = "VOLUME", .field = "volume", .help = "bound volume", .priority = 3, .max = 40, .cell = volume},
	{.title = "CLASS", .field = "storageClass", .help = "storage class", .priority = 4, .max = 24, .cell = class},
	{.title = "NODE", .field = "node", .help = "node it is tied to", .priority = 2, .max = 32, .cell = node},
	{.title = "ACCESS", .field = "accessModes", .help = "access modes", .priority = 6, .max = 24, .cell = access_modes},
	{.title = "RECLAIM", .field = "reclaimPolicy", .help = "what happens to the volume without the claim", .priority = 5, .cell = reclaim},
	{.title = "EXPANDABLE", .field = "expandable", .help = "the class allows growth", .priority = 4, .cell = expandable},
	{.title = "PROVISIONER", .field = "provisioner", .help = "of the class", .flags = COLUMN_WIDE, .cell = provisioner},
	{.title = "AGE", .field = "ageSeconds", .help = "of the claim", .priority = 7, .type = CELL_AGE, .cell = age},
};

const struct sheet sheet_volumes = {
	.name = "volumes",
	.title = "Volumes",
	.count = count,
	.fill = fill,
	.matches = matches,
	.name_of = name_of,
	.namespace_of = namespace_of,
	.key = key,
	.rank = rank,
	.source = source,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
