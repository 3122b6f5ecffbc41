#include "views/app/view.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static const struct {
	const struct view_class *class;
	const char *names, *help;
} view_classes[] = {
#define X(variable, names_, help_) {.class = &variable, .names = names_, .help = help_},
#include "views/console/views.def"
#undef X
};

static const char *const sheet_help[] = {
#define X(variable, names, help) help,
#include "views/sheets/sheets.def"
#undef X
};

const struct view_class *view_find(const char *name, const struct sheet **sheet)
{
	*sheet = NULL;
	if (str_empty(name))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(view_classes); i++) {
		if (str_eq(view_classes[i].class->name, name) || str_has_word(view_classes[i].names, ' ', name))
			return view_classes[i].class;
	}
	*sheet = sheet_find(name);
	return *sheet ? view_of_sheet(*sheet) : NULL;
}

void view_each(void (*fn)(void *data, const char *name, const char *help), void *data)
{
	for (size_t i = 0; i < ARRAY_LEN(view_classes); i++)
		fn(data, view_classes[i].class->name, view_classes[i].help);
	for (size_t i = 0; sheet_all()[i]; i++)
		fn(data, sheet_all()[i]->name, sheet_help[i]);
}
