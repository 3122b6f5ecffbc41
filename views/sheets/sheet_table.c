/* All sheets, and each by its names. */
#include "api/base/str.h"
#include "views/sheets/sheet.h"

static const struct sheet *const sheet_table[] = {
#define X(variable, names, help) &variable,
#include "views/sheets/sheets.def"
#undef X
	NULL};

static const char *const other_names[] = {
#define X(variable, names, help) names,
#include "views/sheets/sheets.def"
#undef X
};

static const char *const helps[] = {
#define X(variable, names, help) help,
#include "views/sheets/sheets.def"
#undef X
};

const struct sheet *const *sheet_all(void)
{
	return sheet_table;
}

const char *sheet_help(size_t at)
{
	return helps[at];
}

const struct sheet *sheet_find(const char *name)
{
	for (size_t i = 0; sheet_table[i]; i++) {
		if (str_eq(sheet_table[i]->name, name) || str_has_word(other_names[i], ' ', name))
			return sheet_table[i];
	}
	return NULL;
}
