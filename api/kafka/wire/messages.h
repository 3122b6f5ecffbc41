/* Every message that we write or read, as plain C structs. Made to be filled by the decoder or by hand: start with
 * kafka_message_init() or zeroes. "since version" says which versions of the API carry a field: a decoder leaves it
 * at its default otherwise (-1, 0, NULL), an encoder leaves it out. */
#ifndef MQDECK_KAFKA_WIRE_MESSAGES_H
#define MQDECK_KAFKA_WIRE_MESSAGES_H

#include "api/kafka/wire/messages_cluster.h"
#include "api/kafka/wire/messages_configs.h"
#include "api/kafka/wire/messages_group_kinds.h"
#include "api/kafka/wire/messages_groups.h"
#include "api/kafka/wire/messages_partitions.h"
#include "api/kafka/wire/messages_sasl.h"

#endif
