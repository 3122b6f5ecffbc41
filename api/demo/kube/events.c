/* Events with counters, as the recorder of client-go aggregates them, and an end to their life. */
#include "api/demo/kube/events.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

enum { EVENT_LIFE_MS = 3600 * 1000 };

static void event_record(struct demo *demo, const struct demo_kube_object *about, bool warning, const char *component,
			 const char *reason, const char *message, int count, int64_t wall_ms)
{
	char when[32], name[300], api_version[64];
	clock_format_rfc3339(wall_ms, when);
	unsigned hash = 2166136261u;
	for (const char *c = message; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	const char *uid = demo_json_text(about->json, "metadata.uid");
	snprintf(name, sizeof name, "%.230s.%.8s%08x", about->name, uid, hash);
	const char *namespace = *about->namespace ? about->namespace : "default";
	struct demo_kube_object *before = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_EVENT, namespace, name);
	if (before) {
		cJSON *json = demo_kube_object_edit(before);
		demo_json_set_number(json, "count", (double)demo_json_number(json, "count", 1) + count);
		demo_json_set_text(json, "lastTimestamp", when);
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_EVENT, json);
		return;
	}
	cJSON *json = demo_json_make(
		"{'metadata':{'name':'%s','namespace':'%s','creationTimestamp':'%s'},'involvedObject':"
		"{'kind':'%s','namespace':'%s','name':'%s','uid':'%s','apiVersion':'%s'},'reason':'%s','type':'%s',"
		"'count':%d,'firstTimestamp':'%s','lastTimestamp':'%s','source':{'component':'%s'},"
		"'reportingComponent':'%s','reportingInstance':''}",
		name, namespace, when, about->kind->name, about->namespace, about->name, uid,
		demo_kube_kind_api_version(about->kind, api_version, sizeof api_version), reason,
		warning ? "Warning" : "Normal", count, when, when, component, component);
	demo_json_set_text(json, "message", message);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_EVENT, json);
}

void demo_kube_events_record(struct demo *demo, const struct demo_kube_object *about, bool warning,
			     const char *component, const char *reason, const char *format, ...)
{
	char message[512];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	event_record(demo, about, warning, component, reason, message, 1, demo_wall_ms(demo));
}

void demo_kube_events_record_past(struct demo *demo, const struct demo_kube_object *about, bool warning,
				  const char *component, const char *reason, const char *message, int count,
				  int64_t ago_ms)
{
	event_record(demo, about, warning, component, reason, message, count, demo_wall_ms(demo) - ago_ms);
}

void demo_kube_events_prune(struct demo *demo)
{
	size_t count;
	struct demo_kube_object **all = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_EVENT, &count);
	for (size_t i = count; i-- > 0;) {
		int64_t last = clock_parse_rfc3339(demo_json_text(all[i]->json, "lastTimestamp"));
		if (last >= 0 && last + EVENT_LIFE_MS < demo_wall_ms(demo))
			demo_kube_store_remove(demo->store, all[i]);
	}
}
