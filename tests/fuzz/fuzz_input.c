/* Bytes from a terminal: whatever comes, and however it is cut, the decoder ends with nothing pending. */
#include <stdlib.h>
#include <string.h>

#include "tui/terminal/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_event(void *data, const struct event *event)
{
	char name[KEY_NAME_MAX];
	struct key again;
	if (event->type == EVENT_PASTE && event->paste.text[event->paste.len] != '\0')
		abort();
	if (event->type != EVENT_KEY)
		return;
	key_name(event->key, name);
	if (!key_parse(name, &again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input;
	size_t cut = size > 0 ? data[0] % size : 0;
	input_init(&input);
	input_feed(&input, data, cut, on_event, NULL);
	input_feed(&input, data + cut, size - cut, on_event, NULL);
	input_flush(&input, on_event, NULL);
	if (input_pending_ms(&input) >= 0)
		abort();
	input_finish(&input);
	return 0;
}
