/* Services: what clients dial, and whether it leads to brokers that are ready. */
#include "views/sheets/sheet.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static void services_fill(struct sheet_row *row, int64_t index)
{
	row->cluster = row->item.service->cluster;
}

static const char *services_namespace_of(const struct sheet_row *row)
{
	return row->item.service->record->meta.namespace;
}

static struct cell services_name(struct sheet_row *row)
{
	return cell_text(row->item.service->record->meta.name);
}

static struct cell services_namespace(struct sheet_row *row)
{
	return cell_text(services_namespace_of(row));
}

static struct cell services_type(struct sheet_row *row)
{
	bool headless = str_eq(row->item.service->record->cluster_ip, "None");
	return headless ? cell_text("Headless") : cell_text(row->item.service->record->type);
}

static struct cell services_address(struct sheet_row *row)
{
	return cell_text(row->item.service->record->cluster_ip);
}

/* Each "<name> <port>[:<node port>]→<broker port>", what a client dials to what it reaches. */
struct cell sheet_cell_ports(struct sheet_row *row)
{
	const struct world_service *it = row->item.service;
	size_t used = 0;
	row->text[0] = '\0';
	for (size_t i = 0; i < it->port_count && used < sizeof row->text; i++) {
		const struct world_service_port *port = &it->ports[i];
		char node_port[16] = "", reaches[32] = "?";
		if (port->port->node_port > 0)
			snprintf(node_port, sizeof node_port, ":%d", port->port->node_port);
		if (port->broker_port > 0)
			snprintf(reaches, sizeof reaches, "%d", port->broker_port);
		int more = snprintf(row->text + used, sizeof row->text - used, "%s%s%s%d%s>%s", i ? "," : "",
				    str_or(port->broker_port_name, str_or(port->port->name, "")),
				    port->broker_port_name || port->port->name ? " " : "", port->port->port, node_port,
				    reaches);
		used += more > 0 ? (size_t)more : 0;
	}
	return cell_list(row->text);
}

static struct cell services_node_ports(struct sheet_row *row)
{
	const struct world_service *it = row->item.service;
	size_t used = 0;
	row->text[0] = '\0';
	for (size_t i = 0; i < it->port_count && used < sizeof row->text; i++) {
		if (it->ports[i].port->node_port <= 0)
			continue;
		int more = snprintf(row->text + used, sizeof row->text - used, "%s%d", used ? "," : "",
				    it->ports[i].port->node_port);
		used += more > 0 ? (size_t)more : 0;
	}
	return cell_numbers(row->text);
}

static struct cell services_ready(struct sheet_row *row)
{
	const struct world_service *it = row->item.service;
	if (it->ready_endpoints < 0)
		return cell_unknown();
	enum severity severity = it->ready_endpoints == 0                  ? SEV_BAD
				 : it->ready_endpoints < it->all_endpoints ? SEV_WARN
									   : SEV_OK;
	return cell_graded(cell_ratio(it->ready_endpoints, it->all_endpoints), severity);
}

static struct cell services_ready_endpoints(struct sheet_row *row)
{
	return sheet_figure(row->item.service->ready_endpoints);
}

static struct cell services_all_endpoints(struct sheet_row *row)
{
	return sheet_figure(row->item.service->all_endpoints);
}

static struct cell services_age(struct sheet_row *row)
{
	return sheet_age_since(row, row->item.service->record->meta.created_ms);
}

static const struct sheet_column columns[] = {
	SHEET_TEXT("SERVICE", "service", "service", services_name, .min = 8, .max = 48),
	SHEET_TEXT("NAMESPACE", "namespace", "namespace", services_namespace, .priority = 4),
	SHEET_TEXT("CLUSTER", "cluster", "broker cluster behind it", sheet_cell_cluster, .priority = 2),
	SHEET_TEXT("KIND", "kind", "rabbitmq or kafka", sheet_cell_kind, SHEET_WIDE),
	SHEET_TEXT("TYPE", "type", "ClusterIP, NodePort, LoadBalancer, Headless", services_type),
	SHEET_TEXT("ADDRESS", "clusterIP", "cluster address", services_address, .priority = 3, .max = 40),
	SHEET_NUMBER(RATIO, "READY", "ready", "ready endpoints out of all", services_ready),
	SHEET_FIELD("readyEndpoints", "ready endpoints", services_ready_endpoints),
	SHEET_FIELD("endpoints", "all endpoints", services_all_endpoints),
	SHEET_FIELD("nodePorts", "node ports", services_node_ports),
	SHEET_TEXT("PORTS", "ports", "name port[:node port]>broker port", sheet_cell_ports, .min = 12, .max = 90),
	SHEET_NUMBER(AGE, "AGE", "ageSeconds", "age of the service", services_age, .priority = 5),
};

const struct sheet sheet_services = {
	.name = "services",
	.word = "service",
	.list = SHEET_OF_WORLD(services, service_count),
	.api = {.version = "v1", .resource = "services"},
	.fill = services_fill,
	.namespace_of = services_namespace_of,
	.leans_on = WORLD_ON(SERVICES) | WORLD_ON(ENDPOINTS) | WORLD_ON_CLUSTERS,
	.columns = columns,
	.column_count = ARRAY_LEN(columns),
};
