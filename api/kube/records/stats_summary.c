/* Walks the kubelet's answer without a tree of it: a node with hundreds of pods sends megabytes. */
#include "api/kube/records/stats_summary.h"

#include <string.h>

#include "api/base/json_pull.h"
#include "api/base/mem.h"

struct stats_walk {
	struct json_reader json;
	struct kube_volume_stats volume; /* the one that is being read */
	kube_volume_stats_fn *fn;
	void *data;
};

typedef bool stats_member_fn(struct stats_walk *walk, size_t member);

static bool stats_key_is(const struct json_text *key, const char *name)
{
	return !key->escaped && key->len == strlen(name) && memcmp(key->bytes, name, key->len) == 0;
}

/* Members by name; others are skipped. */
static bool stats_object(struct stats_walk *walk, const char *const *names, size_t count, stats_member_fn *fn)
{
	struct json_walk members = {.first = true};
	struct json_text key;
	if (json_read_null(&walk->json))
		return true;
	if (!json_take(&walk->json, '{'))
		return json_wrong(&walk->json, "an object");
	while (json_next_key(&walk->json, &members, &key)) {
		size_t at = 0;
		while (at < count && !stats_key_is(&key, names[at]))
			at++;
		if (!(at < count ? fn(walk, at) : json_skip(&walk->json)))
			return false;
	}
	return !members.wrong;
}

static bool stats_array(struct stats_walk *walk, bool (*item)(struct stats_walk *walk))
{
	struct json_walk items = {.first = true};
	if (json_read_null(&walk->json))
		return true;
	if (!json_take(&walk->json, '['))
		return json_wrong(&walk->json, "a list");
	while (json_next_item(&walk->json, &items))
		if (!item(walk))
			return false;
	return !items.wrong;
}

/* A name that does not fit is no name of Kubernetes'. */
static bool stats_name(struct stats_walk *walk, char *out, size_t size)
{
	struct json_text text;
	if (!json_read_text(&walk->json, &text))
		return false;
	if (text.len >= size)
		return true;
	out[json_unescape(&text, out)] = '\0';
	return true;
}

static bool stats_of_claim(struct stats_walk *walk, size_t member)
{
	return member == 0 ? stats_name(walk, walk->volume.claim, sizeof walk->volume.claim)
			   : stats_name(walk, walk->volume.namespace, sizeof walk->volume.namespace);
}

static bool stats_of_volume(struct stats_walk *walk, size_t member)
{
	static const char *const of_claim[] = {"name", "namespace"};
	int64_t *const figures[] = {&walk->volume.capacity, &walk->volume.available, &walk->volume.used,
				    &walk->volume.inodes, &walk->volume.inodes_used};
	int64_t value;
	if (member == ARRAY_LEN(figures))
		return stats_object(walk, of_claim, ARRAY_LEN(of_claim), stats_of_claim);
	if (!json_read_int(&walk->json, &value))
		return false;
	*figures[member] = value >= 0 ? value : -1;
	return true;
}

static bool stats_volume(struct stats_walk *walk)
{
	static const char *const names[] = {"capacityBytes", "availableBytes", "usedBytes",
					    "inodes",        "inodesUsed",     "pvcRef"};
	walk->volume = (struct kube_volume_stats){
		.capacity = -1, .available = -1, .used = -1, .inodes = -1, .inodes_used = -1};
	if (!stats_object(walk, names, ARRAY_LEN(names), stats_of_volume))
		return false;
	if (walk->volume.claim[0] && walk->volume.namespace[0])
		walk->fn(walk->data, &walk->volume);
	return true;
}

static bool stats_of_pod(struct stats_walk *walk, size_t member)
{
	return stats_array(walk, stats_volume);
}

static bool stats_pod(struct stats_walk *walk)
{
	static const char *const names[] = {"volume"};
	return stats_object(walk, names, ARRAY_LEN(names), stats_of_pod);
}

static bool stats_of_answer(struct stats_walk *walk, size_t member)
{
	return stats_array(walk, stats_pod);
}

bool kube_stats_summary_parse(const char *json, size_t len, kube_volume_stats_fn *fn, void *data, struct err *err)
{
	static const char *const names[] = {"pods"};
	struct stats_walk walk = {
		.json = {.start = json, .at = json, .end = json + len, .err = err}, .fn = fn, .data = data};
	if (json_peek(&walk.json) != '{')
		return json_wrong(&walk.json, "an object");
	return stats_object(&walk, names, ARRAY_LEN(names), stats_of_answer);
}
