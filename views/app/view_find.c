/* Views and sheets by name: what `:` takes and help lists. */
#include "api/base/str.h"
#include "views/app/app.h"

const struct view_class *view_find(const struct app_catalogue *catalogue, const char *name, const struct sheet **sheet)
{
	*sheet = NULL;
	if (str_empty(name))
		return NULL;
	for (size_t i = 0; i < catalogue->view_count; i++) {
		const struct view_entry *entry = &catalogue->views[i];
		if (str_eq(entry->class->name, name) || str_has_word(entry->names, ' ', name))
			return entry->class;
	}
	*sheet = sheet_find(name);
	return *sheet ? catalogue->table(*sheet) : NULL;
}

void view_each(const struct app_catalogue *catalogue, void (*fn)(void *data, const char *name, const char *help),
	       void *data)
{
	for (size_t i = 0; i < catalogue->view_count; i++)
		fn(data, catalogue->views[i].class->name, catalogue->views[i].help);
	for (size_t i = 0; sheet_all()[i]; i++)
		fn(data, sheet_all()[i]->name, sheet_help(i));
}
