/* Broker clusters, in a sentence each. */
#include <inttypes.h>
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "views/sheets/selection.h"
#include "views/sheets/sheet_describe.h"
#include "views/sheets/sheet_fields.h"

static int64_t clusters_count(const struct world_view *world, const struct world_cluster *cluster)
{
	return 1;
}

static void clusters_fill(struct sheet_row *row, int64_t index)
{
}

static void clusters_key(struct sheet_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s", row->cluster->key);
}

/* Of those that are wanted: one that is leaving stands in for nobody. */
static int64_t clusters_ready_brokers(const struct world_cluster *cluster)
{
	int64_t ready = 0;
	for (size_t i = 0; i < cluster->broker_count; i++)
		ready += cluster->brokers[i]->expected && cluster->brokers[i]->ready;
	return ready;
}

/* Nobody tells who they are: those that are not there may be. */
static bool clusters_brokers_are_unread(const struct world_cluster *cluster)
{
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (sheet_broker_is_unread(cluster->brokers[i]))
			return true;
	return cluster->broker_count == 0 &&
	       world_withheld_part(cluster->parts, world_made_of(cluster->manager)) != WORLD_PART_COUNT;
}

static struct cell clusters_name(struct sheet_row *row)
{
	return cell_text(row->cluster->name);
}

static bool clusters_is_daemon_set(const struct world_cluster *cluster)
{
	return str_eq(cluster->workload_kind, "DaemonSet");
}

static struct cell clusters_manager(struct sheet_row *row)
{
	static const char *const words[] = {[WORLD_MANAGED_BY_STATEFUL_SET] = "statefulset",
					    [WORLD_MANAGED_BY_RABBITMQ_OPERATOR] = "rabbitmq-operator",
					    [WORLD_MANAGED_BY_STRIMZI] = "strimzi",
					    [WORLD_MANAGED_BY_WORKLOAD] = "deployment"};
	return cell_text(clusters_is_daemon_set(row->cluster) ? "daemonset" : words[row->cluster->manager]);
}

static struct cell clusters_why(struct sheet_row *row)
{
	return sheet_text(row->cluster->why);
}

static struct cell clusters_version(struct sheet_row *row)
{
	return sheet_text(row->cluster->version);
}

static struct cell clusters_ready(struct sheet_row *row)
{
	int64_t up = clusters_ready_brokers(row->cluster);
	if (clusters_brokers_are_unread(row->cluster))
		return cell_unknown();
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

#define X(place, type, member, ...)                                                                                    \
	SHEET_IF_##place(static struct cell clusters_field_##member(struct sheet_row *row) {                           \
		return row->cluster->kind == WORLD_BROKER_RABBITMQ ? SHEET_CELL_##type(row->cluster->member)           \
								   : cell_none();                                      \
	})
#include "api/rabbitmq/overview_fields.def"
#undef X

static struct cell clusters_lag(struct sheet_row *row)
{
	return row->cluster->kind == WORLD_BROKER_KAFKA ? sheet_figure(row->cluster->total_lag) : cell_none();
}

const char *sheet_cluster_state(const struct world_cluster *cluster)
{
	static const char *const words[] = {[SEV_NONE] = "unknown",
					    [SEV_OK] = "ok",
					    [SEV_INFO] = "info",
					    [SEV_WARN] = "warning",
					    [SEV_BAD] = "critical"};
	return words[cluster->severity];
}

static struct cell clusters_state(struct sheet_row *row)
{
	return cell_graded(cell_text(sheet_cluster_state(row->cluster)), row->cluster->severity);
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

static void clusters_describe(const struct sheet_row *row, struct buf *out)
{
	const struct world_cluster *cluster = row->cluster;
	if (err_is_set(&cluster->source.err))
		sheet_describe_line(out, "read failed", cluster->source.err.text);
	if (cluster->voter_count == 0)
		return;
	sheet_describe_section(out, "Quorum (KRaft)");
	for (size_t i = 0; i < cluster->voter_count; i++) {
		const struct world_voter *voter = &cluster->voters[i];
		buf_printf(out, "  %-*s %-10s lag %" PRId64 "\n", SHEET_DESCRIBE_WIDTH,
			   str_or(voter->broker, "controller"),
			   voter->leader  ? "leader"
			   : voter->voter ? "voter"
					  : "observer",
			   voter->lag);
	}
}

/* The resource of its operator where there is one, else its StatefulSet. */
static char *clusters_path(const struct world_view *world, const struct selection *selection)
{
	const struct world_cluster *cluster = world ? world_find_cluster(world, selection->cluster) : NULL;
	if (!cluster)
		return NULL;
	struct kube_url url = {.namespace = cluster->namespace, .name = cluster->name};
	if (cluster->kafka_resource) {
		const char *served = str_or(cluster->kafka_resource->api_version, "");
		url.group = "kafka.strimzi.io";
		url.version = str_eq(served, "kafka.strimzi.io/v1beta2") ? "v1beta2" : "v1";
		url.resource = "kafkas";
		url.name = cluster->kafka_resource->meta.name;
	} else if (cluster->rabbitmq_resource) {
		url.group = "rabbitmq.com";
		url.version = "v1beta1";
		url.resource = "rabbitmqclusters";
		url.name = cluster->rabbitmq_resource->meta.name;
	} else if (cluster->workload) {
		url.group = "apps";
		url.version = "v1";
		url.resource = clusters_is_daemon_set(cluster) ? "daemonsets" : "deployments";
		url.name = cluster->workload->meta.name;
	} else if (cluster->stateful_set) {
		url.group = "apps";
		url.version = "v1";
		url.resource = "statefulsets";
		url.name = cluster->stateful_set->meta.name;
	} else {
		return NULL;
	}
	return kube_url(&url);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("CLUSTER", "cluster", "name of the broker cluster", clusters_name, .min = 7, .max = 32),
	SHEET_TEXT("KIND", "kind", "rabbitmq or kafka", sheet_cell_kind),
	SHEET_TEXT("NAMESPACE", "namespace", "its namespace", sheet_cell_namespace, .priority = 2),
	SHEET_NUMBER(RATIO, "READY", "ready", "ready brokers out of the desired number", clusters_ready),
	SHEET_TEXT("VERSION", "version", "version of the brokers", clusters_version, .priority = 4),
	SHEET_TEXT("MANAGED BY", "managedBy",
		   "statefulset, rabbitmq-operator, strimzi, or deployment or daemonset, which are shown only",
		   clusters_manager, SHEET_WIDE),
	SHEET_NUMBER(COUNT, "REPLICATED", "replicated", "partitions, or quorum queues and streams", clusters_replicated,
		     .priority = 5),
	SHEET_NUMBER(COUNT, "UNDER", "underReplicated", "of those, under-replicated", clusters_under_replicated,
		     .priority = 1),
	SHEET_NUMBER(COUNT, "BELOW MIN", "belowMinimum", "of those, rejecting writes", clusters_below_min,
		     .priority = 1),
	SHEET_NUMBER(COUNT, "NO LEADER", "leaderless", "of those, without a leader", clusters_leaderless,
		     .priority = 3),
#define X(place, type, member, path, title_, field_, priority_, help_)                                                 \
	SHEET_IF_##place(SHEET_COLUMN_##type(title_, field_, help_, clusters_field_##member, priority_), )
#include "api/rabbitmq/overview_fields.def"
#undef X
	SHEET_NUMBER(COUNT, "LAG", "lag", "lag of all consumer groups (Kafka)", clusters_lag, .priority = 6),
	SHEET_FIELD("state", "ok, info, warning, critical or unknown", clusters_state),
	SHEET_TEXT("SUMMARY", "headline", "state in one sentence", clusters_headline, .priority = 7, .min = 20,
		   .max = 120),
	SHEET_TEXT("PLAN", "plan", "plan that is running on it", clusters_plan, .max = 40, SHEET_WIDE),
	SHEET_FIELD("planBy", "operator who runs that plan, as user@host", clusters_plan_by),
	SHEET_FIELD("detectedBy", "why it was taken for a broker cluster", clusters_why),
	SHEET_FIELD("detail", "consequence of that state", clusters_detail),
};

const struct sheet sheet_clusters = {
	.name = "clusters",
	.word = "cluster",
	.opens = "brokers",
	.path = clusters_path,
	.describe = clusters_describe,
	.per_cluster = true,
	.count = clusters_count,
	.fill = clusters_fill,
	.key = clusters_key,
	.rank = clusters_rank,
	.needs_brokers = true,
	.leans_on = WORLD_ON_CLUSTERS | WORLD_ON(NODES) | WORLD_ON(LEASES) | WORLD_ON_TOLD,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
