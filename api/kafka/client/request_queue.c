/* The list of requests that a connection keeps, first in, first out. */
#include "api/kafka/client/connection_private.h"

void kafka_queue_push(struct kafka_queue *queue, struct kafka_pending *pending)
{
	if (!queue->head)
		queue->tail = &queue->head;
	pending->next = NULL;
	*queue->tail = pending;
	queue->tail = &pending->next;
	queue->len++;
}

struct kafka_pending *kafka_queue_pop(struct kafka_queue *queue)
{
	struct kafka_pending *pending = queue->head;
	if (!pending)
		return NULL;
	queue->head = pending->next;
	queue->len--;
	return pending;
}

void kafka_pending_free(struct kafka_pending *pending)
{
	arena_finish(&pending->arena);
	free(pending);
}

void kafka_queue_free(struct kafka_queue *queue)
{
	for (struct kafka_pending *pending; (pending = kafka_queue_pop(queue)) != NULL;)
		kafka_pending_free(pending);
}
