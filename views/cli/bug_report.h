/* What a maintainer needs from somebody whose mqdeck went wrong, in one text file: versions, settings, the shape of the
 * world, and the log as far as it is held. Names are hashed (report_names.h); secrets are not in what it is made of. */
#ifndef MQDECK_VIEWS_CLI_BUG_REPORT_H
#define MQDECK_VIEWS_CLI_BUG_REPORT_H

#include "views/session/session.h"

struct cli_report {
	const struct config *config;
	const struct session *session; /* NULL: none could be opened, and session_err says why */
	const struct err *session_err;
	const struct world_view *world; /* NULL with the session */
	const char *terminal;           /* a line on it; NULL = none is in use */
	int64_t wall_ms;
};

/* Makes the file, mode 0600; never through a link and never over one that is there. path NULL: a name with the time in
 * it, in the working directory; *written is what was made (free() it) or NULL. */
bool cli_report_write(const struct cli_report *report, const char *path, char **written, struct err *err) MUST_USE;

#endif
