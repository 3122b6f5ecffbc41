/* Words of the shapes, and what can be told from a shape or a record alone. */
#include "api/model/records/world_shapes.h"

#include "api/base/str.h"

const char *world_replica_state_word(enum world_replica_state state)
{
	static const char *const words[] = {
#define X(name, word, severity) [WORLD_REPLICA_##name] = word,
		WORLD_REPLICA_STATES(X)
#undef X
	};
	return words[state];
}

enum severity world_replica_state_severity(enum world_replica_state state)
{
	static const enum severity severities[] = {
#define X(name, word, severity) [WORLD_REPLICA_##name] = severity,
		WORLD_REPLICA_STATES(X)
#undef X
	};
	return severities[state];
}

char *world_lease_name(const struct world_cluster *cluster)
{
	return str_printf("mqdeck-%s-%s", cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq", cluster->name);
}
