/* What a view's rows cost at each update of the world: 200,000 Kafka partitions, of which a hundredth is in trouble,
 * and 50,000 queues. Once when the brokers have answered anew, and once when only Kubernetes has. Build with -Dbuildtype=release. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/buf.h"
#include "tests/bench/figures.h"
#include "tests/unit/model/fixture.h"
#include "views/sheets/sheet.h"

enum { PARTITIONS = 200000, QUEUES = 50000, ROUNDS = 15 };

static void measure(struct fixture *f, struct join_cluster *cluster, const char *what, const struct sheet *sheet,
		    bool anew)
{
	double times[ROUNDS];
	struct sheet_rows rows = {0};
	struct sheet_scope everything = {0};
	for (int i = 0; i < ROUNDS; i++) {
		if (anew)
			cluster->brokers_generation++;
		const struct world_view *world = fixture_update(f);
		double start = times_ms(CLOCK_MONOTONIC);
		sheet_rows_collect(&rows, sheet, world, &everything, SHEET_WORST_FIRST, 0);
		times[i] = times_ms(CLOCK_MONOTONIC) - start;
	}
	figure_print_times(times, ROUNDS, "%s/%zu", what, rows.positions.len);
	sheet_rows_finish(&rows);
}

static void measure_partitions(void)
{
	struct fixture f;
	const char **isr = malloc(PARTITIONS * sizeof *isr);
	for (size_t i = 0; i < PARTITIONS; i++)
		isr[i] = i % 100 ? "012" : i % 300 ? "01" : "2";
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, PARTITIONS);
	measure(&f, cluster, "partitions/brokers-answered", &sheet_replication, true);
	measure(&f, cluster, "partitions/kubernetes-changed", &sheet_replication, false);
	fixture_finish(&f);
	free(isr);
}

static void measure_queues(void)
{
	static const char member[] =
		"\"rabbit@mq-0.mq.test.svc\",\"rabbit@mq-1.mq.test.svc\",\"rabbit@mq-2.mq.test.svc\"";
	struct fixture f;
	struct buf json = BUF_INIT(64 * 1024 * 1024);
	for (size_t i = 0; i < QUEUES; i++)
		buf_printf(&json,
			   "%s{\"name\":\"q.%zu\",\"vhost\":\"/\",\"type\":\"quorum\",\"state\":\"running\",\"leader\":"
			   "\"rabbit@mq-%zu.mq.test.svc\",\"members\":[%s],\"online\":[%s]}",
			   i ? "," : "[", i, i % 3, member, i % 100 ? member : "\"rabbit@mq-0.mq.test.svc\"");
	buf_append_str(&json, "]");
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, buf_str(&json));
	measure(&f, cluster, "queues/brokers-answered", &sheet_queues, true);
	measure(&f, cluster, "queues/kubernetes-changed", &sheet_queues, false);
	fixture_finish(&f);
	buf_finish(&json);
}

int main(void)
{
	measure_partitions();
	measure_queues();
	return 0;
}
