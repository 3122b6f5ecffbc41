/* Counting references to the parts of a snapshot, and the words in it. */
#include "api/rabbitmq/rabbitmq_snapshot.h"

#include <stdlib.h>

#include "api/base/mem.h"
#include "api/base/str.h"

enum { RABBITMQ_NAMES_SPARE = 64 << 10 };

struct rabbitmq_overview *rabbitmq_overview_ref(struct rabbitmq_overview *overview)
{
	if (overview)
		overview->references++;
	return overview;
}

void rabbitmq_overview_unref(struct rabbitmq_overview *overview)
{
	if (!overview || --overview->references)
		return;
	arena_finish(&overview->arena);
	free(overview);
}

struct rabbitmq_nodes *rabbitmq_nodes_ref(struct rabbitmq_nodes *nodes)
{
	if (nodes)
		nodes->references++;
	return nodes;
}

void rabbitmq_nodes_unref(struct rabbitmq_nodes *nodes)
{
	if (!nodes || --nodes->references)
		return;
	arena_finish(&nodes->arena);
	free(nodes);
}

static void names_unref(struct rabbitmq_names *names)
{
	if (--names->references)
		return;
	arena_finish(&names->arena);
	free(names);
}

/* Queues that are gone leave theirs behind: once that is as much again, all begin anew. */
static bool names_are_worth_keeping(const struct rabbitmq_queues *queues)
{
	return queues && queues->names->arena.used <= 2 * queues->name_bytes + RABBITMQ_NAMES_SPARE;
}

struct rabbitmq_queues *rabbitmq_queues_create(struct rabbitmq_queues *before)
{
	struct rabbitmq_queues *queues = mem_alloc(sizeof *queues);
	queues->references = 1;
	if (names_are_worth_keeping(before)) {
		queues->before = rabbitmq_queues_ref(before);
		queues->names = before->names;
	} else {
		queues->names = mem_alloc(sizeof *queues->names);
	}
	queues->names->references++;
	return queues;
}

struct rabbitmq_queues *rabbitmq_queues_ref(struct rabbitmq_queues *queues)
{
	if (queues)
		queues->references++;
	return queues;
}

void rabbitmq_queues_unref(struct rabbitmq_queues *queues)
{
	if (!queues || --queues->references)
		return;
	arena_finish(&queues->arena);
	names_unref(queues->names);
	rabbitmq_queues_unref(queues->before);
	map_finish(&queues->word_index);
	free(queues->items);
	free(queues->words);
	free(queues->replicated);
	free(queues);
}

struct rabbitmq_clients *rabbitmq_clients_create(void)
{
	struct rabbitmq_clients *clients = mem_alloc(sizeof *clients);
	clients->references = 1;
	return clients;
}

struct rabbitmq_clients *rabbitmq_clients_ref(struct rabbitmq_clients *clients)
{
	if (clients)
		clients->references++;
	return clients;
}

void rabbitmq_clients_unref(struct rabbitmq_clients *clients)
{
	if (!clients || --clients->references)
		return;
	arena_finish(&clients->arena);
	map_finish(&clients->index);
	free(clients->items);
	free(clients);
}

const char *rabbitmq_word(const struct rabbitmq_queues *queues, uint16_t number)
{
	return number < queues->word_count ? queues->words[number] : NULL;
}

const char *rabbitmq_queue_type_word(enum rabbitmq_queue_type type)
{
	static const char *const words[] = {
		[RABBITMQ_CLASSIC] = "classic",   [RABBITMQ_QUORUM] = "quorum", [RABBITMQ_STREAM] = "stream",
		[RABBITMQ_VOLATILE] = "volatile", [RABBITMQ_OTHER] = "other",
	};
	return words[type];
}
