/* What rabbitmq-queues quorum_status printed. There is either a number or a reason, never both or neither. */
#include <stdlib.h>

#include "api/base/mem.h"
#include "api/ops/rabbitmq/raft_status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(free) char *printed = mem_strndup((const char *)data, size);
	char why[OPS_RABBITMQ_RAFT_WHY_MAX];
	if ((ops_rabbitmq_raft_status_behind(printed, "rabbit@events-2", why) < 0) != (*why != '\0'))
		abort();
	return 0;
}
