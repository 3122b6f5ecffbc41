/* Figures for a large Kafka cluster: decoding Metadata of 200,000 partitions and making the snapshot of it, with the
 * memory it takes. Prints, asserts nothing. Build with -Dbuildtype=release. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/mem.h"
#include "api/kafka/poll/kafka_snapshot.h"
#include "api/kafka/wire/schema_list.h"
#include "tests/bench/figures.h"
#include "tests/unit/kafka/fake_broker.h"

enum { TOPICS = 4000, PARTITIONS = 50, REPLICAS = 3, BROKERS = 60, ROUNDS = 9 };

/* Processor time: other work on the machine does not count. */
static void fill_partition(struct kafka_metadata_partition *out, int32_t index, int32_t seed, struct arena *arena)
{
	int32_t *replicas = arena_alloc(arena, REPLICAS * sizeof *replicas);
	for (int32_t i = 0; i < REPLICAS; i++)
		replicas[i] = (seed + index + i * 7) % BROKERS;
	*out = (struct kafka_metadata_partition){
		.partition_index = index, .leader_id = replicas[0], .leader_epoch = 12};
	out->replica_nodes.items = out->isr_nodes.items = replicas;
	out->replica_nodes.len = out->isr_nodes.len = REPLICAS;
}

static struct kafka_metadata_response *make_metadata(struct arena *arena)
{
	struct kafka_metadata_response *response = fake_message(arena, &kafka_metadata_response_schema);
	response->cluster_id = "bench";
	response->controller_id = 0;
	response->brokers.items = arena_alloc(arena, BROKERS * sizeof *response->brokers.items);
	response->brokers.len = BROKERS;
	for (int32_t i = 0; i < BROKERS; i++)
		response->brokers.items[i] =
			(struct kafka_metadata_broker){.node_id = i, .host = "kafka.example", .port = FAKE_PORT};
	response->topics.items = arena_alloc(arena, TOPICS * sizeof *response->topics.items);
	response->topics.len = TOPICS;
	for (int32_t t = 0; t < TOPICS; t++) {
		struct kafka_metadata_topic *topic = &response->topics.items[t];
		char name[64];
		snprintf(name, sizeof name, "team-%03d.orders.events.v%d", t % 300, t);
		topic->name = arena_strdup(arena, name);
		topic->partitions.items = arena_alloc(arena, PARTITIONS * sizeof *topic->partitions.items);
		topic->partitions.len = PARTITIONS;
		for (int32_t i = 0; i < PARTITIONS; i++)
			fill_partition(&topic->partitions.items[i], i, t, arena);
	}
	return response;
}

static void bench_decode(const struct buf *frame, const struct kafka_header *header)
{
	double times[ROUNDS];
	size_t used = 0;
	for (int i = 0; i < ROUNDS; i++) {
		struct arena arena = ARENA_INIT;
		double start = times_ms(CLOCK_PROCESS_CPUTIME_ID);
		if (!kafka_decode_response(&arena, (const uint8_t *)frame->data + 4, frame->len - 4, header, NULL))
			abort();
		times[i] = times_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
		used = arena.used;
		arena_finish(&arena);
	}
	figure_print_times(times, ROUNDS, "decode");
	figure_print((double)frame->len / 1e6, "MB", "frame");
	figure_print((double)used / 1e6, "MB", "decoded");
}

static void *answer(struct fake_broker *broker, const struct kafka_header *header, const void *request,
		    struct arena *arena)
{
	return header->api_key == KAFKA_METADATA ? broker->cluster->data : NULL;
}

static void bench_snapshot(struct kafka_metadata_response *metadata)
{
	struct clock clock = clock_virtual(0);
	struct loop *loop = loop_create(&clock);
	struct fake_cluster cluster;
	struct dial_target target = {.host = "kafka.example", .port = FAKE_PORT};
	fake_cluster_init(&cluster, loop);
	cluster.data = metadata;
	cluster.brokers[0].answer = answer;
	struct kafka_admin *admin = kafka_admin_create(&(struct kafka_admin_options){
		.loop = loop, .dialer = &cluster.dialer, .bootstrap = &target, .bootstrap_count = 1});
	struct kafka_poller_options options = {.loop = loop, .admin = admin};
	options.intervals = (struct kafka_poll_intervals){.quorum = -1, .log_dirs = -1, .configs = -1, .groups = -1};
	struct kafka_poller *poller = kafka_poller_create(&options);
	double start = times_ms(CLOCK_PROCESS_CPUTIME_ID);
	loop_run(loop, 1000, NULL);
	double took = times_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
	size_t replicas = (size_t)kafka_poller_snapshot(poller)->partition_count * REPLICAS;
	size_t bytes = kafka_snapshot_bytes(poller);
	figure_print(took, "ms", "picture"); /* encoding, a socket, decoding and building */
	figure_print((double)bytes / 1e6, "MB", "held");
	figure_print(replicas ? (double)bytes / (double)replicas : 0.0, "B", "held-a-replica");
	kafka_poller_destroy(poller);
	kafka_admin_destroy(admin);
	fake_cluster_finish(&cluster);
	loop_destroy(loop);
}

int main(void)
{
	struct arena arena = ARENA_INIT;
	struct buf frame = BUF_INIT(KAFKA_FRAME_MAX);
	struct kafka_metadata_response *metadata = make_metadata(&arena);
	struct kafka_header header = {KAFKA_METADATA, 12, 1, NULL};
	if (!kafka_encode_response(&frame, &header, metadata, NULL))
		abort();
	printf("%d topics, %d partitions, %d replicas each\n", TOPICS, TOPICS * PARTITIONS, REPLICAS);
	bench_decode(&frame, &header);
	bench_snapshot(metadata);
	buf_finish(&frame);
	arena_finish(&arena);
	return 0;
}
