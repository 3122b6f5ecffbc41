/* A theme file or a k9s skin of anybody's. */
#include <stddef.h>
#include <stdint.h>

#include "tui/theme/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_note(void *data, size_t line, const char *text)
{
	*(size_t *)data += line + (text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct theme theme;
	struct err err;
	size_t notes = 0;
	if (!theme_parse(&theme, "fuzz.yaml", (const char *)data, size, count_note, &notes, &err))
		return 0;
	/* Whatever it says, it draws. */
	for (int style = 0; style < STYLE_COUNT; style++) {
		(void)style_look(&theme, (style_t)style, COLOUR_MODE_16);
		if (theme_contrast(&theme, (style_t)(style | STYLE_ON_CURSOR), COLOUR_MODE_256) < 1)
			__builtin_trap();
	}
	return 0;
}
