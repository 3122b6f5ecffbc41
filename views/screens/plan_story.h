/* A plan of the journal, from the console: what can be done with one that this console does not run, and why not.
 * The list of operations and the screen of one plan share it. */
#ifndef MQDECK_VIEWS_SCREENS_PLAN_STORY_H
#define MQDECK_VIEWS_SCREENS_PLAN_STORY_H

#include "views/app/app.h"

/* Resumes it, rolls it back or abandons it, as the action says, or says what is in the way. False: no such action. */
bool plan_story_act(struct app *app, enum action action, const struct ops_history_entry *history);

/* What may be done with it, one line each: key, name, and what for or why not. Returns how many there are. */
int plan_story_draw_deeds(const struct app *app, const struct ops_history_entry *history, struct canvas *canvas,
			  struct rect rect);

enum severity plan_story_severity(const struct ops_history_entry *history);
/* How it ended, or where it stands, in one sentence. The text is good until `history` or `out` changes. */
const char *plan_story_text(const struct app *app, const struct ops_history_entry *history, char *out, size_t size);

#endif
