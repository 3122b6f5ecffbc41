#include "api/base/str.h"
#include "api/model/world/world.h"

/* A file of its own: operations need it without the joins. */
char *world_lease_name(const struct world_cluster *cluster)
{
	return str_printf("mqdeck-%s-%s", cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq", cluster->name);
}
