/* The frame decoder, as a client's and as a server's, fed in pieces, stopped and gone on with. The first byte
 * chooses. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "api/net/websocket.h"

enum { MESSAGE_MAX = 4096, FRAMES_MAX = 10000 };

struct watcher {
	size_t frames, stop_every;
};

static bool on_frame(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len)
{
	struct watcher *watcher = data;
	if (len > MESSAGE_MAX || (opcode >= WS_CLOSE && len > 125))
		abort();
	return ++watcher->frames % watcher->stop_every != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct watcher watcher = {.stop_every = 1 + (data[0] >> 1 & 7)};
	size_t piece = 1 + (data[0] >> 4);
	struct ws_decoder decoder;
	ws_decoder_init(&decoder, MESSAGE_MAX, data[0] & 1);
	for (size_t at = 1; at < size; at += piece) {
		size_t len = piece < size - at ? piece : size - at;
		struct err err = {0};
		bool ok = ws_decoder_feed(&decoder, data + at, len, on_frame, &watcher, &err);
		while (!ok && err.code == ERR_NONE && watcher.frames < FRAMES_MAX)
			ok = ws_decoder_feed(&decoder, "", 0, on_frame, &watcher, &err);
		if (!ok)
			break;
	}
	ws_decoder_finish(&decoder);
	return 0;
}
