/* What the impact costs: 100,000 partitions of replication factor 3, 20,000 quorum queues; for each the
 * consequences of one broker, of all in turn, and the question whether each may be stopped. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/buf.h"
#include "api/ops/impact/impact.h"
#include "tests/bench/figures.h"
#include "tests/unit/model/fixture.h"

enum { PARTITIONS = 100000, QUEUES = 20000, ROUNDS = 20 };

static void measure(const char *what, const struct world_cluster *cluster)
{
	double started = times_ms(CLOCK_MONOTONIC);
	size_t hit = 0;
	for (int i = 0; i < ROUNDS; i++) {
		struct ops_impact impact;
		ops_impact_of(&impact, cluster, (const struct world_broker *const *)cluster->brokers, 1, false);
		hit = impact.lists[OPS_IMPACT_UNDER_REPLICATED].len;
		ops_impact_finish(&impact);
	}
	double one = times_ms(CLOCK_MONOTONIC);
	for (int i = 0; i < ROUNDS; i++) {
		struct ops_impact impact;
		ops_impact_of(&impact, cluster, (const struct world_broker *const *)cluster->brokers,
			      cluster->broker_count, true);
		ops_impact_finish(&impact);
	}
	double turn = times_ms(CLOCK_MONOTONIC);
	bool may = true;
	struct err err = {0};
	for (int i = 0; i < ROUNDS; i++)
		may &= ops_impact_can_stop(cluster, cluster->brokers[i % 3], &err);
	double stop = times_ms(CLOCK_MONOTONIC);
	printf("%s: a broker's end hits %zu; it may%s stop\n", what, hit, may ? "" : " not");
	figure_print((one - started) / ROUNDS, "ms", "one-broker/%s", what);
	figure_print((turn - one) / ROUNDS, "ms", "all-in-turn/%s", what);
	figure_print((stop - turn) / ROUNDS, "ms", "may-it-stop/%s", what);
}

int main(void)
{
	struct fixture f;
	const char **isr = malloc(PARTITIONS * sizeof *isr);
	for (size_t i = 0; i < PARTITIONS; i++)
		isr[i] = "012";
	fixture_start(&f);
	measure("100000-partitions", &fixture_kafka(&f, isr, PARTITIONS)->pub);
	fixture_finish(&f);
	free(isr);

	struct buf json = BUF_INIT(64 * 1024 * 1024);
	for (size_t i = 0; i < QUEUES; i++)
		buf_printf(&json,
			   "%s{\"name\":\"q.%zu\",\"vhost\":\"/\",\"type\":\"quorum\",\"state\":\"running\",\"leader\":"
			   "\"rabbit@mq-%zu.mq.test.svc\",\"members\":[\"rabbit@mq-0.mq.test.svc\",\"rabbit@mq-1.mq."
			   "test.svc\","
			   "\"rabbit@mq-2.mq.test.svc\"],\"online\":[\"rabbit@mq-0.mq.test.svc\",\"rabbit@mq-1.mq.test."
			   "svc\","
			   "\"rabbit@mq-2.mq.test.svc\"]}",
			   i ? "," : "[", i, i % 3);
	buf_append_str(&json, "]");
	fixture_start(&f);
	measure("20000-queues", &fixture_rabbitmq(&f, buf_str(&json))->pub);
	fixture_finish(&f);
	buf_finish(&json);
	return 0;
}
