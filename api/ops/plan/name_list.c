#include "api/ops/plan/name_list.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_SHOWN = 3 };

void ops_name_list_add(struct ops_name_list *list, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	size_t len = strlen(list->names);
	if (list->count > 0 && list->count < NAMES_SHOWN)
		len += (size_t)snprintf(list->names + len, sizeof list->names - len, ", ");
	if (list->count < NAMES_SHOWN && len < sizeof list->names)
		vsnprintf(list->names + len, sizeof list->names - len, format, args);
	list->count++;
	va_end(args);
}

const char *ops_name_list_more(const struct ops_name_list *list, char out[static 48])
{
	out[0] = '\0';
	if (list->count > NAMES_SHOWN)
		snprintf(out, 48, " and %" PRId64 " more", list->count - NAMES_SHOWN);
	return out;
}
