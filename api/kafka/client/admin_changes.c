/* The calls that change something, each sent to whom it must go: leaders and reassignments to the controller, settings
 * of a broker to that broker itself. */
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kafka/client/admin.h"

enum { BROKER = 4, BROKER_LOGGER = 8 };

struct kafka_request *kafka_admin_elect_leaders(struct kafka_admin *admin,
						const struct kafka_elect_leaders_request *request,
						kafka_response_fn *done, void *data)
{
	return kafka_admin_send(admin, &(struct kafka_call){.api = KAFKA_ELECT_LEADERS,
							    .route = KAFKA_TO_CONTROLLER,
							    .request = request,
							    .done = done,
							    .data = data});
}

struct kafka_request *kafka_admin_alter_reassignments(struct kafka_admin *admin,
						      const struct kafka_alter_partition_reassignments_request *request,
						      kafka_response_fn *done, void *data)
{
	return kafka_admin_send(admin, &(struct kafka_call){.api = KAFKA_ALTER_PARTITION_REASSIGNMENTS,
							    .route = KAFKA_TO_CONTROLLER,
							    .request = request,
							    .done = done,
							    .data = data});
}

struct kafka_request *kafka_admin_alter_configs(struct kafka_admin *admin,
						const struct kafka_incremental_alter_configs_request *request,
						kafka_response_fn *done, void *data)
{
	struct kafka_call call = {.api = KAFKA_INCREMENTAL_ALTER_CONFIGS,
				  .route = KAFKA_TO_CONTROLLER,
				  .request = request,
				  .done = done,
				  .data = data};
	vec_each (&request->resources, resource) {
		int64_t id;
		bool of_broker = resource->resource_type == BROKER || resource->resource_type == BROKER_LOGGER;
		if (of_broker && str_to_i64(str_or(resource->resource_name, ""), &id)) {
			call.route = KAFKA_TO_BROKER;
			call.broker = (int32_t)id;
		}
	}
	return kafka_admin_send(admin, &call);
}

struct kafka_request *kafka_admin_unregister_broker(struct kafka_admin *admin, int32_t broker, kafka_response_fn *done,
						    void *data)
{
	struct kafka_unregister_broker_request request = {.broker_id = broker};
	return kafka_admin_send(admin, &(struct kafka_call){.api = KAFKA_UNREGISTER_BROKER,
							    .route = KAFKA_TO_CONTROLLER,
							    .request = &request,
							    .done = done,
							    .data = data});
}
