/* The built-in themes. */
#include "tui/theme/theme.h"

#include "api/base/str.h"

const struct theme *theme_default(void)
{
	return &theme_builtin[0];
}

const struct theme *theme_builtin_find(const char *name)
{
	for (size_t i = 0; i < theme_builtin_count; i++)
		if (str_eq(theme_builtin[i].name, name))
			return &theme_builtin[i];
	return NULL;
}
