/* When may a broker be stopped: the rules of Kafka (as Strimzi judges a roll) and of RabbitMQ (as its own check
 * "node is quorum critical" does), for one partition, one queue, one quorum. The only place they are written down. */
#ifndef MQDECK_MODEL_RECORDS_CRITICAL_H
#define MQDECK_MODEL_RECORDS_CRITICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Would the partition refuse acks=all without a broker that has a replica of it? With no more replicas than
 * min.insync.replicas nothing could ever be restarted: such a partition counts only where the one replica in sync is the
 * last of several, without which it is offline. */
static inline bool world_is_critical_partition(size_t replicas, size_t in_sync, int32_t min_in_sync,
					       bool broker_in_sync)
{
	if (replicas > 1 && in_sync == 1 && broker_in_sync)
		return true;
	if (min_in_sync < 0 || (int64_t)replicas <= min_in_sync)
		return false;
	return (int64_t)in_sync < min_in_sync || ((int64_t)in_sync == min_in_sync && broker_in_sync);
}

/* Would a quorum queue or stream be without a majority when one of its members that is up stops? */
static inline bool world_is_critical_queue(size_t members, size_t online)
{
	return online <= members / 2 + 1;
}

/* Would the controllers be without a quorum when only `left` of them keep up? One that is alone never counts. */
static inline bool world_are_critical_voters(size_t voters, size_t left)
{
	return voters > 1 && left < (voters + 2) / 2;
}

#endif
