/* Puts text that attacks a terminal everywhere where the embedded cluster lets text in. A tape then proves that none of
 * it gets through. */
#include "api/demo/host/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/host/fleet.h"
#include "api/demo/kafka/kafka_cluster.h"
#include "api/demo/kube/events.h"
#include "api/demo/kube/pod_logs.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

/* PWNED is what a test looks for where it must not be: in the title, the clipboard or red. */
static const char *const hostile_texts[] = {
	"a-title\033]0;PWNED\007",
	"b-clip\033]52;c;UFdORUQ=\033\\",
	"c-clear\033[2J\033[H\033[31mPWNED",
	"d-c1\xc2\x9b"
	"31mPWNED\xc2\x9d"
	"0;PWNED\xc2\x9c",
	"e-8bit\x9b"
	"31mPWNED",
	"f-bidi\xe2\x80\xae"
	"DENWP\xe2\x81\xa6"
	"x\xe2\x81\xa9",
	"g-zero\xe2\x80\x8b"
	"wi\xe2\x80\x8d"
	"dth\xef\xbb\xbf",
	"h-bad\xff\xfe\xc0\xaf\xed\xa0\x80"
	"utf8",
	"i-lines\r\n\t\b\b\bx\x7f",
};

enum { LONG_NAME = 250, LONG_TEXT = 64 * 1024 };

static char *hostile_repeated(size_t len)
{
	static const char begin[] = "z-long";
	char *text = mem_alloc(len + 1);
	memset(text, 'A', len);
	for (size_t i = 0; begin[i]; i++)
		text[i] = begin[i];
	return text;
}

static void name_queues(struct demo *demo)
{
	struct demo_rabbitmq *rabbit = demo_fleet_get(demo, "prod", "events")->rabbit;
	CLEANUP(free) char *without_end = hostile_repeated(LONG_NAME);
	for (size_t i = 0; i <= ARRAY_LEN(hostile_texts); i++) {
		struct demo_rabbitmq_queue queue = rabbit->queues.items[0];
		snprintf(queue.name, sizeof queue.name, "%s",
			 i < ARRAY_LEN(hostile_texts) ? hostile_texts[i] : without_end);
		vec_push(&rabbit->queues, queue);
	}
}

/* Each a view of the first topic's partitions under another name. */
static void name_topics(struct demo *demo)
{
	struct demo_kafka *kafka = demo_fleet_get(demo, "prod", "orders")->kafka;
	for (size_t i = 0; i < ARRAY_LEN(hostile_texts); i++) {
		struct demo_kafka_topic topic = kafka->topics.items[0];
		snprintf(topic.name, sizeof topic.name, "%s", hostile_texts[i]);
		topic.id.bytes[0] ^= (uint8_t)(i + 1);
		vec_push(&kafka->topics, topic);
	}
}

static void name_object(struct demo *demo, enum demo_kube_kind_id kind, const char *namespace, const char *like,
			const char *name)
{
	const struct demo_kube_object *model = demo_kube_store_get(demo->store, kind, namespace, like);
	if (!model)
		return;
	cJSON *json = demo_kube_object_edit(model);
	demo_json_remove(json, "metadata.uid");
	demo_json_remove(json, "metadata.resourceVersion");
	demo_json_set_text(json, "metadata.name", name);
	demo_kube_store_put(demo->store, kind, json);
}

static void annotate_hostile(struct demo *demo, const char *namespace, const char *pod)
{
	const struct demo_kube_object *object = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, namespace, pod);
	if (!object)
		return;
	CLEANUP(free) char *without_end = hostile_repeated(LONG_TEXT);
	cJSON *json = demo_kube_object_edit(object), *annotations = cJSON_CreateObject();
	for (size_t i = 0; i < ARRAY_LEN(hostile_texts); i++)
		cJSON_AddStringToObject(annotations, hostile_texts[i], hostile_texts[i]);
	cJSON_AddStringToObject(annotations, "z-long", without_end);
	demo_json_set(json, "metadata.annotations", annotations);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
}

void demo_hostile_install(struct demo *demo)
{
	name_queues(demo);
	name_topics(demo);
	annotate_hostile(demo, "prod", "events-0");
	for (size_t i = 0; i < ARRAY_LEN(hostile_texts); i++) {
		name_object(demo, DEMO_KUBE_KIND_SERVICE, "prod", "orders", hostile_texts[i]);
		name_object(demo, DEMO_KUBE_KIND_NODE, "", "node-3", hostile_texts[i]);
		const struct demo_kube_object *pod =
			demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, "prod", "events-0");
		if (pod)
			demo_kube_events_record_past(demo, pod, true, "kubelet", "Hostile", hostile_texts[i], 1, 1000);
		demo_kube_logs_add(demo, "prod", "events-0", 0, "[info] %s", hostile_texts[i]);
	}
	CLEANUP(free) char *without_end = hostile_repeated(1000);
	demo_kube_logs_add(demo, "prod", "events-0", 0, "%s", without_end);
}
