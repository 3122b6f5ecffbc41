/* What sheets say of what was not read: nothing, and that it was not. */
#include "tests/unit/unit.h"

#include <string.h>

#include "api/base/str.h"
#include "tests/unit/model/fixture.h"
#include "views/sheets/sheet.h"

static struct cell unread_cell(const struct sheet *sheet, struct sheet_row *row, const char *field)
{
	for (size_t i = 0; i < sheet->column_count; i++)
		if (str_eq(sheet->columns[i].field, field))
			return sheet->columns[i].cell(row);
	fail_msg("%s has no %s", sheet->name, field);
	return cell_none();
}

static bool is_unknown(const struct sheet *sheet, struct sheet_row *row, const char *field)
{
	char text[64];
	struct cell cell = unread_cell(sheet, row, field);
	cell_format(&cell, text, sizeof text, true);
	return cell_is_missing(&cell) && str_eq(text, "?");
}

/* They may be there and well. */
static void of_pods_that_were_not_read_nothing_is_said(void **state)
{
	static const char *const fields[] = {"pod", "ready", "node", "zone"};
	struct fixture f;
	fixture_start(&f);
	fixture_set(&f, "log", 3, "apache/kafka:4.1.0", 9092);
	const struct world_view *world = fixture_update(&f);
	struct join_cluster *cluster = fixture_cluster(&f, "test/log/kafka");
	struct sheet_row row = {.world = world, .cluster = &cluster->pub};
	assert_false(is_unknown(&sheet_clusters, &row, "ready"));
	cluster->pub.parts[WORLD_PART_PODS].updated_ms = -1;
	assert_true(is_unknown(&sheet_clusters, &row, "ready"));
	row.item.broker = cluster->pub.brokers[0];
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		assert_true(is_unknown(&sheet_brokers, &row, fields[i]));
	fixture_finish(&f);
}

/* The operator's resource says how many, and nobody who they are. */
static void of_brokers_that_nobody_names_none_is_said_to_be_missing(void **state)
{
	struct kube_rabbitmq_cluster resource = {.meta = {.name = "mq", .namespace = "test"}, .replicas = 3};
	struct fixture f;
	fixture_start(&f);
	record_store_put(&f.world->store, KUBE_RABBITMQ_CLUSTERS, &resource);
	struct sheet_row row = {.world = fixture_update(&f)};
	row.cluster = &fixture_cluster(&f, "test/mq/rabbitmq")->pub;
	assert_false(is_unknown(&sheet_clusters, &row, "ready")); /* there are none */
	err_set(&fixture_cluster(&f, "test/mq/rabbitmq")->pub.parts[WORLD_PART_STATEFUL_SETS].err, ERR_FORBIDDEN,
		"forbidden");
	assert_true(is_unknown(&sheet_clusters, &row, "ready"));
	fixture_finish(&f);
}

static void a_node_is_empty_only_where_all_brokers_are_known(void **state)
{
	struct fixture f;
	fixture_start(&f);
	fixture_node(&f, "node-1", "zone-a", true);
	struct sheet_row row = {.world = fixture_update(&f)};
	row.item.node = row.world->nodes[0];
	assert_false(is_unknown(&sheet_nodes, &row, "brokers"));
	err_set(&f.world->view.lists[WORLD_PART_PODS].err, ERR_FORBIDDEN, "forbidden");
	assert_true(is_unknown(&sheet_nodes, &row, "brokers"));
	fixture_finish(&f);
}

/* A StatefulSet keeps whom it should stop while one of the others is not ready. */
static void one_that_leaves_does_not_stand_in_for_one_that_is_missing(void **state)
{
	static const char *const isr[] = {"012"};
	char text[64];
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct kube_stateful_set *set = (struct kube_stateful_set *)cluster->pub.stateful_set;
	struct kube_pod *pod = (struct kube_pod *)cluster->pub.brokers[0]->pod;
	set->replicas = 2;
	struct sheet_row row = {.world = fixture_update(&f), .cluster = &cluster->pub};
	assert_string_equal(cluster->pub.headline, "2 of 2 brokers ready, 1 partition in sync, controller log-0");
	fixture_set_condition(&f, pod, "Ready", "False", NULL);
	fixture_update(&f);
	struct cell cell = unread_cell(&sheet_clusters, &row, "ready");
	cell_format(&cell, text, sizeof text, true);
	assert_string_equal(text, "1/2");
	assert_int_equal(cell.severity, SEV_BAD);
	fixture_finish(&f);
}

/* The minimum may not be read; who is in sync may. */
static void who_is_in_sync_is_told_without_the_minimum(void **state)
{
	static const char *const isr[] = {"012"};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct kafka_snapshot *said = fixture_say_partitions(&f, cluster, isr, 1);
	((struct kafka_topic *)said->topics)->min_in_sync = -1;
	struct sheet_row row = {.world = fixture_update(&f), .cluster = &cluster->pub};
	sheet_replication.fill(&row, 0);
	assert_true(is_unknown(&sheet_replication, &row, "state"));
	assert_true(is_unknown(&sheet_replication, &row, "minInSync"));
	assert_false(is_unknown(&sheet_replication, &row, "inSync"));
	fixture_finish(&f);
}

static void each_sheet_names_each_part_that_failed(void **state)
{
	struct fixture f;
	static const char *const isr[] = {"012"};
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	for (size_t part = 0; part < WORLD_PART_COUNT; part++)
		for (const struct sheet *const *each = sheet_all(); *each; each++) {
			struct sheet_missing missing;
			size_t at = 0;
			struct world_source *source =
				part < WORLD_LIST_COUNT ? &f.world->view.lists[part] : &cluster->pub.parts[part];
			struct world_source before = *source;
			*source = (struct world_source){.updated_ms = 0};
			err_set(&source->err, ERR_BUSY, "not now");
			bool found = false;
			while (sheet_missing_next(*each, &f.world->view, &at, &missing))
				found |= str_eq(missing.part, world_part_word((enum world_part)part)) &&
					 str_eq(missing.err->text, "not now");
			assert_int_equal(found, (*each)->leans_on >> part & 1);
			*source = before;
		}
	fixture_finish(&f);
}

/* A headline may be of any of it. */
static void clusters_lean_on_all_that_brokers_say(void **state)
{
	assert_int_equal(sheet_clusters.leans_on & WORLD_ON_TOLD, WORLD_ON_TOLD);
}

static void one_state_is_said_everywhere(void **state)
{
	static const char *const isr[] = {"012"};
	char text[64];
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct sheet_row row = {.world = fixture_update(&f), .cluster = &cluster->pub};
	for (size_t i = 0; i < cluster->pub.broker_count; i++) {
		row.item.broker = cluster->pub.brokers[i];
		struct cell cell = unread_cell(&sheet_brokers, &row, "state");
		cell_format(&cell, text, sizeof text, true);
		assert_string_equal(text, sheet_broker_state(row.item.broker));
	}
	fixture_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_pods_that_were_not_read_nothing_is_said),
		cmocka_unit_test(of_brokers_that_nobody_names_none_is_said_to_be_missing),
		cmocka_unit_test(a_node_is_empty_only_where_all_brokers_are_known),
		cmocka_unit_test(one_that_leaves_does_not_stand_in_for_one_that_is_missing),
		cmocka_unit_test(who_is_in_sync_is_told_without_the_minimum),
		cmocka_unit_test(each_sheet_names_each_part_that_failed),
		cmocka_unit_test(clusters_lean_on_all_that_brokers_say),
		cmocka_unit_test(one_state_is_said_everywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
