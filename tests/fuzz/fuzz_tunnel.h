/* In place of a tunnel to a pod: what exec and port-forward ask of it is kept, and a server's messages are cut out of the
 * input: two bytes of length, the channel, and so many bytes. */
#ifndef MQDECK_TESTS_FUZZ_TUNNEL_H
#define MQDECK_TESTS_FUZZ_TUNNEL_H

#include <stdlib.h>

#include "api/base/loop.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/client/tunnel_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct kube_tunnel_call call;
	bool open;
	struct clock clock;
	struct loop *loop;
} fuzz_tunnel;

struct kube_tunnel *kube_tunnel_open(struct kube_client *client, const struct kube_tunnel_call *call, struct err *err)
{
	fuzz_tunnel.call = *call;
	fuzz_tunnel.open = true;
	return (struct kube_tunnel *)&fuzz_tunnel;
}

void kube_tunnel_close(struct kube_tunnel *tunnel)
{
	fuzz_tunnel.open = fuzz_tunnel.open && !tunnel;
}

bool kube_tunnel_send(struct kube_tunnel *tunnel, unsigned channel, const void *bytes, size_t len)
{
	return true;
}

void kube_tunnel_pause(struct kube_tunnel *tunnel, bool paused)
{
}

struct loop *kube_client_loop(const struct kube_client *client)
{
	if (!fuzz_tunnel.loop) {
		fuzz_tunnel.clock = clock_real();
		fuzz_tunnel.loop = loop_create(&fuzz_tunnel.clock);
	}
	return fuzz_tunnel.loop;
}

/* The next message of the server; false at the end of the input, or when nobody listens any more. */
static bool fuzz_tunnel_next(const uint8_t **at, const uint8_t *end, unsigned *channel, size_t *len)
{
	if (!fuzz_tunnel.open || end - *at < 4)
		return false;
	size_t wanted = 1 + ((size_t)(*at)[0] << 8 | (*at)[1]), left = (size_t)(end - *at) - 3;
	*channel = (*at)[2];
	*len = wanted < left ? wanted : left;
	*at += 3;
	fuzz_tunnel.call.on_message(fuzz_tunnel.call.data, *channel, *at, *len);
	*at += *len;
	return true;
}

#endif
