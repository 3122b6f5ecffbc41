/* A plan of the journal, from the console: what can be done with one that this console does not run, and why not. The
 * list of operations and the screen of one plan share it. */
#ifndef MQDECK_VIEWS_SCREENS_PLAN_STORY_H
#define MQDECK_VIEWS_SCREENS_PLAN_STORY_H

#include "views/console/app.h"

/* Takes it up, takes it back or leaves it, as the action says, or says what is in the way. False: no such action. */
bool past_act(struct app *app, enum action action, const struct ops_past *past);

/* What may be done with it, one line each: key, name, and what for or why not. Returns how many there are. */
int past_draw_deeds(const struct app *app, const struct ops_past *past, struct canvas *canvas, struct rect rect);

enum severity past_severity(const struct ops_past *past);
/* How it ended, or where it stands, in one sentence. The text is good until `past` or `out` changes. */
const char *past_story(const struct app *app, const struct ops_past *past, char *out, size_t size);

/* Opens its screen: steps, sentences, result. */
void past_show(struct app *app, const struct ops_past *past);

#endif
