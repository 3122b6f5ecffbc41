/* Whether a tape may be played on a cluster that is not the embedded one. */
#ifndef MQDECK_VIEWS_CONSOLE_CONSOLE_CONSENT_H
#define MQDECK_VIEWS_CONSOLE_CONSOLE_CONSENT_H

#include "tui/tape/tape.h"
#include "views/app/app.h"

/* False with err unless the tape only looks, or changes were agreed to: by --yes, or on the terminal. Of a tape that only
 * looks the app is made read-only, so that nothing depends on this having judged well. */
bool console_consent(struct app *app, const struct tape *tape, struct err *err) MUST_USE;

#endif
