/* What `rabbitmq-queues --formatter json quorum_status` prints of one quorum queue: a row a member, with its state
 * in Raft and the last entry of its log (rabbit_quorum_queue:status/2). */
#ifndef MQDECK_OPS_RABBITMQ_RAFT_STATUS_H
#define MQDECK_OPS_RABBITMQ_RAFT_STATUS_H

#include <stdint.h>

enum { OPS_RABBITMQ_RAFT_WHY_MAX = 160 };

/* How many entries that the leader has committed are not in the log of that member ("rabbit@…") yet. -1 when it does
 * not take part (yet) or that cannot be told, with the reason, which goes on after the queue's name: "has no leader
 * now". */
int64_t ops_rabbitmq_raft_status_behind(const char *printed, const char *member,
					char why[static OPS_RABBITMQ_RAFT_WHY_MAX]);

#endif
