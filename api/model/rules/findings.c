/* What rules find is put down here. */
#include "api/base/str.h"
#include "api/model/rules/rules_private.h"

void rule_finding_add(struct rule_findings *findings, enum severity severity, const char *view, const char *key,
		      const char *text, const char *detail)
{
	const struct join_cluster *cluster = findings->cluster;
	if (!key && cluster)
		key = rule_finding_key(findings, cluster->name);
	vec_push(&findings->found->list, (struct world_problem){
						 .severity = severity,
						 .cluster = cluster ? (struct world_cluster *)&cluster->pub : NULL,
						 .text = text,
						 .detail = detail,
						 .link_view = view,
						 .link_key = key,
					 });
}

const char *rule_finding_key(struct rule_findings *findings, const char *name)
{
	return arena_printf(&findings->world->frame, "%s/%s", findings->cluster->namespace, name);
}
