#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static int64_t clusters_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return 1;
}

static void clusters_fill(struct sheet_row *row, int64_t index)
{
}

static const char *clusters_name_of(struct sheet_row *row)
{
	return row->cluster->name;
}

static void clusters_key(struct sheet_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s", row->cluster->key);
}

static int64_t clusters_ready_brokers(const struct world_cluster *cluster)
{
	int64_t ready = 0;
	for (size_t i = 0; i < cluster->broker_count; i++)
		ready += cluster->brokers[i]->ready;
	return ready;
}

static struct cell clusters_name(struct sheet_row *row)
{
	return cell_text(row->cluster->name);
}

static struct cell clusters_manager(struct sheet_row *row)
{
	static const char *const words[] = {[WORLD_MANAGED_BY_STATEFUL_SET] = "statefulset",
					    [WORLD_MANAGED_BY_RABBITMQ_OPERATOR] = "rabbitmq-operator",
					    [WORLD_MANAGED_BY_STRIMZI] = "strimzi"};
	return cell_text(words[row->cluster->manager]);
}

static struct cell clusters_version(struct sheet_row *row)
{
	return sheet_text(row->cluster->version);
}

static struct cell clusters_ready(struct sheet_row *row)
{
	int64_t up = clusters_ready_brokers(row->cluster);
	return cell_graded(cell_ratio(up, row->cluster->desired), up < row->cluster->desired ? SEV_BAD : SEV_OK);
}

static struct cell clusters_replicated(struct sheet_row *row)
{
	return sheet_figure(row->cluster->replicated_count);
}

static struct cell clusters_graded_figure(int64_t figure, enum severity severity)
{
	return cell_graded(sheet_figure(figure), figure > 0 ? severity : SEV_NONE);
}

static struct cell clusters_under_replicated(struct sheet_row *row)
{
	return clusters_graded_figure(row->cluster->under_replicated, SEV_WARN);
}

static struct cell clusters_below_min(struct sheet_row *row)
{
	return clusters_graded_figure(row->cluster->below_min, SEV_BAD);
}

static struct cell clusters_leaderless(struct sheet_row *row)
{
	return clusters_graded_figure(row->cluster->leaderless, SEV_BAD);
}

static struct cell clusters_messages(struct sheet_row *row)
{
	return row->cluster->kind == WORLD_BROKER_KAFKA ? cell_none() : sheet_figure(row->cluster->messages);
}

static struct cell clusters_lag(struct sheet_row *row)
{
	return row->cluster->kind == WORLD_BROKER_KAFKA ? sheet_figure(row->cluster->total_lag) : cell_none();
}

static struct cell clusters_state(struct sheet_row *row)
{
	static const char *const words[] = {[SEV_NONE] = "unknown",
					    [SEV_OK] = "ok",
					    [SEV_INFO] = "info",
					    [SEV_WARN] = "warning",
					    [SEV_BAD] = "critical"};
	return cell_graded(cell_text(words[row->cluster->severity]), row->cluster->severity);
}

static struct cell clusters_plan(struct sheet_row *row)
{
	const struct world_plan *plan = row->cluster->plan;
	if (!row->cluster->plan_known)
		return cell_unknown();
	return cell_text(plan ? str_or(plan->title, "a plan") : NULL);
}

static struct cell clusters_plan_by(struct sheet_row *row)
{
	const struct world_plan *plan = row->cluster->plan;
	if (!row->cluster->plan_known)
		return cell_unknown();
	return cell_text(plan ? plan->who : NULL);
}

static struct cell clusters_headline(struct sheet_row *row)
{
	return sheet_text(row->cluster->headline);
}

static struct cell clusters_detail(struct sheet_row *row)
{
	return cell_text(row->cluster->detail);
}

/* Of one that was not heard of nothing says that it is fine. */
static uint8_t clusters_rank(struct sheet_row *row)
{
	return row->cluster->severity == SEV_NONE ? 1 : sheet_rank_of(row->cluster->severity);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("CLUSTER", "cluster", "name of the broker cluster", clusters_name, .min = 7, .max = 32),
	SHEET_TEXT("KIND", "kind", "rabbitmq or kafka", sheet_cell_kind),
	SHEET_TEXT("NAMESPACE", "namespace", "its namespace", sheet_cell_namespace, .priority = 2),
	SHEET_NUMBER(RATIO, "READY", "ready", "ready brokers of those wanted", clusters_ready),
	SHEET_TEXT("VERSION", "version", "of the brokers", clusters_version, .priority = 4),
	SHEET_TEXT("MANAGED BY", "managedBy", "statefulset, rabbitmq-operator or strimzi", clusters_manager,
		   SHEET_WIDE),
	SHEET_NUMBER(COUNT, "REPLICATED", "replicated", "partitions, or quorum queues and streams", clusters_replicated,
		     .priority = 5),
	SHEET_NUMBER(COUNT, "UNDER", "underReplicated", "of those, with a replica out of sync",
		     clusters_under_replicated, .priority = 1),
	SHEET_NUMBER(COUNT, "BELOW MIN", "belowMinimum", "of those, refusing writes", clusters_below_min,
		     .priority = 1),
	SHEET_NUMBER(COUNT, "NO LEADER", "leaderless", "of those, without a leader", clusters_leaderless,
		     .priority = 3),
	SHEET_NUMBER(COUNT, "MESSAGES", "messages", "in all queues (RabbitMQ)", clusters_messages, .priority = 6),
	SHEET_NUMBER(COUNT, "LAG", "lag", "of all consumer groups (Kafka)", clusters_lag, .priority = 6),
	SHEET_FIELD("state", "ok, info, warning, critical or unknown", clusters_state),
	SHEET_TEXT("WHAT", "headline", "the state in a sentence", clusters_headline, .priority = 7, .min = 20,
		   .max = 120),
	SHEET_TEXT("PLAN", "plan", "what some mqdeck does to it now", clusters_plan, .max = 40, SHEET_WIDE),
	SHEET_FIELD("planBy", "who runs that plan, as user@host", clusters_plan_by),
	SHEET_FIELD("detail", "what follows from it", clusters_detail),
};

const struct sheet sheet_clusters = {
	.name = "clusters",
	.title = "Clusters",
	.per_cluster = true,
	.count = clusters_count,
	.fill = clusters_fill,
	.name_of = clusters_name_of,
	.key = clusters_key,
	.rank = clusters_rank,
	.needs_brokers = true,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
