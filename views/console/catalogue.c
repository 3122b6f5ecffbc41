/* The tables of views and of actions, which the room app below is given. */
#include "views/console/catalogue.h"

#include "views/console/actions.h"
#include "views/screens/operation_picker.h"
#include "views/screens/screens.h"

static const struct view_entry view_entries[] = {
#define X(variable, names_, help_) {.class = &variable, .names = names_, .help = help_},
#include "views/screens/views.def"
#undef X
};

static void (*const action_functions[ACTION_COUNT])(struct app *app) = {
#define X(id, name, hint, help, function) [ACTION_##id] = function,
#include "views/app/actions.def"
};

const struct app_catalogue console_catalogue = {
	.views = view_entries,
	.view_count = ARRAY_LEN(view_entries),
	.home = &view_deck,
	.plan = &view_plan,
	.table = view_of_sheet,
	.functions = action_functions,
	.pick_operation = operation_picker_start,
	.key = operation_picker_key,
};
