/* The answer to an upgrade request: its head in every growing length, then the body of a refusal. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/net/ws_upgrade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > WS_UPGRADE_HEAD_MAX + WS_UPGRADE_BODY_MAX)
		return 0;
	struct buf text = BUF_INIT(WS_UPGRADE_HEAD_MAX + WS_UPGRADE_BODY_MAX);
	struct ws_upgrade answer;
	enum ws_upgrade_state state = WS_UPGRADE_MORE;
	size_t step = 1 + size / 16;
	for (size_t at = 0; at < size && state == WS_UPGRADE_MORE; at += step) {
		struct err err = {0};
		buf_append(&text, data + at, step < size - at ? step : size - at);
		state = ws_upgrade_parse(buf_str(&text), text.len, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "v5.x, v4.x",
					 &answer, &err);
		if ((state == WS_UPGRADE_BROKEN) != (err.code != ERR_NONE))
			abort();
	}
	if (state == WS_UPGRADE_REFUSED) {
		if (answer.head_len > text.len)
			abort();
		buf_consume(&text, answer.head_len);
		size_t len = text.len;
		if (ws_upgrade_body_is_whole(&answer, buf_str(&text), text.len) && answer.is_chunked)
			ws_upgrade_unchunk(&text);
		if (text.len > len)
			abort();
	}
	buf_finish(&text);
	return 0;
}
