/* Operations that have a key of their own in keys.def; all others are reached through the menu and by their own key. */
#include "views/console/actions.h"
#include "views/screens/operation_picker.h"

void action_scale(struct app *app)
{
	operation_picker_start(app, ops_find("scale"));
}

void action_cordon(struct app *app)
{
	operation_picker_start(app, ops_find("cordon"));
}

void action_uncordon(struct app *app)
{
	operation_picker_start(app, ops_find("uncordon"));
}

void action_drain(struct app *app)
{
	operation_picker_start(app, ops_find("drain"));
}
