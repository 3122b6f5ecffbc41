#include "tests/unit/unit.h"

#include <ctype.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "api/base/buf.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "tests/unit/ops/deck.h"

/* "…-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed" is recreated with each object. */
static void hide_uids(char *text)
{
	static const size_t dashes[] = {8, 13, 18, 23};
	for (char *at = text; strlen(at) >= 36; at++) {
		bool uid = true;
		for (size_t i = 0, next = 0; i < 36 && uid; i++) {
			bool dash = next < ARRAY_LEN(dashes) && i == dashes[next];
			next += dash;
			uid = dash ? at[i] == '-' : isxdigit((unsigned char)at[i]) != 0;
		}
		for (size_t i = 0; uid && i < 36; i++)
			at[i] = 'u';
	}
}

static bool is_of_the_moment(const char *kind)
{
	return str_eq(kind, "Event") || str_eq(kind, "Lease") || str_eq(kind, "EndpointSlice") ||
	       str_eq(kind, "Endpoints");
}

typedef VEC(char *) lines;

static void add_object(lines *out, const char *line, size_t len)
{
	cJSON *object = cJSON_ParseWithLength(line, len);
	const char *kind = cJSON_GetStringValue(cJSON_GetObjectItem(object, "kind"));
	const cJSON *metadata = cJSON_GetObjectItem(object, "metadata"),
		    *status = cJSON_GetObjectItem(object, "status");
	char *spec = cJSON_PrintUnformatted(cJSON_GetObjectItem(object, "spec"));
	if (!is_of_the_moment(kind)) {
		char *text = str_printf("%s %s/%s %s %s", str_or(kind, "?"),
					str_or(cJSON_GetStringValue(cJSON_GetObjectItem(metadata, "namespace")), ""),
					str_or(cJSON_GetStringValue(cJSON_GetObjectItem(metadata, "name")), "?"),
					str_or(cJSON_GetStringValue(cJSON_GetObjectItem(status, "phase")), "-"),
					str_or(spec, ""));
		hide_uids(text);
		vec_push(out, text);
	}
	free(spec);
	cJSON_Delete(object);
}

static void add_brokers(lines *out, const struct world_view *view)
{
	for (size_t i = 0; i < view->cluster_count; i++) {
		const struct world_cluster *cluster = view->clusters[i];
		vec_push(out, str_printf("cluster %s wants %d, under-replicated %lld", cluster->key, cluster->desired,
					 (long long)cluster->under_replicated));
		for (size_t j = 0; j < cluster->broker_count; j++)
			vec_push(out, str_printf("broker %s %s ready %d reachable %d id %lld", cluster->key,
						 cluster->brokers[j]->name, cluster->brokers[j]->ready,
						 cluster->brokers[j]->reachable, (long long)cluster->brokers[j]->id));
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *deck_picture(struct deck *deck)
{
	lines found = {0};
	struct buf text = BUF_INIT(64 * 1024 * 1024);
	deck_pass(deck, 20 * 1000); /* what follows by itself follows */
	CLEANUP(free) char *dump = demo_dump(deck->demo);
	for (const char *at = dump; *at;) {
		size_t len = strcspn(at, "\n");
		add_object(&found, at, len);
		at += len + (at[len] == '\n');
	}
	add_brokers(&found, deck_view(deck));
	qsort(found.items, found.len, sizeof *found.items, by_text);
	vec_each (&found, line) {
		buf_printf(&text, "%s\n", *line);
		free(*line);
	}
	vec_finish(&found);
	return buf_take(&text);
}
