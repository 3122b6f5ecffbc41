#include "api/ops/engine/name_list.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_SHOWN = 3 };

void found_add(struct found *found, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	size_t len = strlen(found->names);
	if (found->count > 0 && found->count < NAMES_SHOWN)
		len += (size_t)snprintf(found->names + len, sizeof found->names - len, ", ");
	if (found->count < NAMES_SHOWN && len < sizeof found->names)
		vsnprintf(found->names + len, sizeof found->names - len, format, args);
	found->count++;
	va_end(args);
}

const char *found_more(const struct found *found, char out[static 48])
{
	out[0] = '\0';
	if (found->count > NAMES_SHOWN)
		snprintf(out, 48, " and %" PRId64 " more", found->count - NAMES_SHOWN);
	return out;
}
