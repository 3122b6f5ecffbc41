#include "api/demo/kube/events.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

enum { EVENT_LIFE_MS = 3600 * 1000 };

static void record(struct demo *demo, const struct object *about, bool warning, const char *component, const char *reason,
		   const char *message, int count, int64_t wall_ms)
{
	char when[32], name[300], api_version[64];
	clock_format_rfc3339(wall_ms, when);
	unsigned hash = 2166136261u;
	for (const char *c = message; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	const char *uid = json_text(about->json, "metadata.uid");
	snprintf(name, sizeof name, "%.230s.%.8s%08x", about->name, uid, hash);
	const char *namespace = *about->namespace ? about->namespace : "default";
	struct object *before = store_get(demo->store, KIND_EVENT, namespace, name);
	if (before) {
		cJSON *json = object_edit(before);
		json_set_number(json, "count", (double)json_number(json, "count", 1) + count);
		json_set_text(json, "lastTimestamp", when);
		store_put(demo->store, KIND_EVENT, json);
		return;
	}
	cJSON *json = json_make("{'metadata':{'name':'%s','namespace':'%s','creationTimestamp':'%s'},'involvedObject':"
				"{'kind':'%s','namespace':'%s','name':'%s','uid':'%s','apiVersion':'%s'},'reason':'%s','type':'%s',"
				"'count':%d,'firstTimestamp':'%s','lastTimestamp':'%s','source':{'component':'%s'},"
				"'reportingComponent':'%s','reportingInstance':''}",
				name, namespace, when, about->kind->name, about->namespace, about->name, uid,
				kind_api_version(about->kind, api_version, sizeof api_version), reason,
				warning ? "Warning" : "Normal", count, when, when, component, component);
	json_set_text(json, "message", message);
	store_put(demo->store, KIND_EVENT, json);
}

void events_record(struct demo *demo, const struct object *about, bool warning, const char *component, const char *reason,
		   const char *format, ...)
{
	char message[512];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	record(demo, about, warning, component, reason, message, 1, demo_wall_ms(demo));
}

void events_record_past(struct demo *demo, const struct object *about, bool warning, const char *component, const char *reason,
			const char *message, int count, int64_t ago_ms)
{
	record(demo, about, warning, component, reason, message, count, demo_wall_ms(demo) - ago_ms);
}

void events_prune(struct demo *demo)
{
	size_t count;
	struct object **all = store_list(demo->store, KIND_EVENT, &count);
	for (size_t i = count; i-- > 0;) {
		int64_t last = clock_parse_rfc3339(json_text(all[i]->json, "lastTimestamp"));
		if (last >= 0 && last + EVENT_LIFE_MS < demo_wall_ms(demo))
			store_remove(demo->store, all[i]);
	}
}
