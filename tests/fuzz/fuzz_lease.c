/* A Lease of anybody's: what somebody else holds is never free, and what is written over it is whole. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/loop.h"
#include "api/base/mem.h"
#include "api/ops/engine/lease.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of the API: who asked last. */
static struct {
	kube_json_fn *fn;
	void *data;
	bool wrote;
} fuzz_lease;

struct kube_request *kube_get_json(struct kube_client *client, const char *reason, const char *path, kube_json_fn *fn,
				   void *data, struct err *err)
{
	fuzz_lease.fn = fn;
	fuzz_lease.data = data;
	return (struct kube_request *)&fuzz_lease;
}

struct kube_request *kube_change(struct kube_client *client, const struct kube_change *change, kube_json_fn *fn,
				 void *data, struct err *err)
{
	cJSON *body = cJSON_Parse(change->body);
	if (!cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(body, "spec"), "holderIdentity"))
		abort();
	cJSON_Delete(body);
	fuzz_lease.wrote = true;
	return kube_get_json(client, change->reason, NULL, fn, data, err);
}

void kube_request_cancel(struct kube_request *request)
{
}

static void fuzz_lease_changed(void *data)
{
}

static void answer(const cJSON *object, enum err_code code)
{
	struct kube_result result = {0};
	kube_json_fn *fn = fuzz_lease.fn;
	if (!fn)
		return;
	if (!object)
		err_set(&result.err, code, "no");
	fuzz_lease.fn = NULL;
	fn(fuzz_lease.data, object, &result);
}

static void hold(const struct ops_lease *lease, const cJSON *object, bool looking)
{
	const cJSON *holder =
		cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(object, "spec"), "holderIdentity");
	const char *text = cJSON_GetStringValue(holder);
	enum ops_lease_state state = ops_lease_state(lease);
	const struct err *err = ops_lease_err(lease);
	if (looking && text && *text && strcmp(text, "ann@ops1/") != 0 && state == OPS_LEASE_FREE)
		abort();
	if (state == OPS_LEASE_LOST && !err_is_set(err))
		abort();
	if (state == OPS_LEASE_HELD && (looking || !fuzz_lease.wrote))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct loop *loop;
	static struct clock clock;
	if (!size)
		return 0;
	if (!loop) {
		clock = clock_real();
		loop = loop_create(&clock);
	}
	void (*const begin[])(struct ops_lease *) = {ops_lease_look, ops_lease_take, ops_lease_give};
	const size_t mode = data[0] % ARRAY_LEN(begin);
	const enum err_code codes[] = {ERR_NOT_FOUND, ERR_CONFLICT, ERR_FORBIDDEN, ERR_SERVER};
	cJSON *object = cJSON_ParseWithLength((const char *)data + 1, size - 1);
	fuzz_lease.fn = NULL;
	fuzz_lease.wrote = false;
	struct ops_lease *lease = ops_lease_create(&(struct ops_lease_options){
		.loop = loop,
		.namespace = "shop",
		.name = "mqdeck-kafka-orders",
		.who = "ann@ops1",
		.plan_id = mode ? "20260102-030405-abcd" : NULL,
		.operation = "roll",
		.title = "Restart kafka orders",
		.on_change = fuzz_lease_changed,
	});
	begin[mode](lease);
	for (int round = 0; round < 3; round++) {
		(void)loop_step(loop, 0);
		answer(object, codes[data[0] / 3 % ARRAY_LEN(codes)]);
		hold(lease, object, mode == 0);
		(void)ops_lease_seems_dead(lease);
	}
	ops_lease_destroy(lease);
	cJSON_Delete(object);
	return 0;
}
