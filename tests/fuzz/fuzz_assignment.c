/* `assignment=` of an operation, which a person types and a journal keeps: what is read is written and read again. */
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/ops/kafka/assignment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(free) char *text = mem_strndup((const char *)data, size);
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list, again = {0};
	struct err err = {0};
	if (!ops_kafka_assignment_parse(&list, text, &err)) {
		if (!err_is_set(&err) || list.items.len)
			abort();
		return 0;
	}
	struct buf once = BUF_INIT(OPS_KAFKA_ASSIGNMENT_TEXT_MAX), twice = BUF_INIT(OPS_KAFKA_ASSIGNMENT_TEXT_MAX);
	ops_kafka_assignment_write(&list, &once);
	/* Of nothing nothing is written, which is no list. */
	if (list.items.len && !ops_kafka_assignment_parse(&again, buf_str(&once), NULL))
		abort();
	ops_kafka_assignment_write(&again, &twice);
	if (list.items.len && strcmp(buf_str(&once), buf_str(&twice)) != 0)
		abort();
	buf_finish(&once);
	buf_finish(&twice);
	return 0;
}
