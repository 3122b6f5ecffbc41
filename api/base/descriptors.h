/* How many descriptors (files, sockets, pipes) the process may have open, and who gets the last of them: connections
 * leave a reserve, so that the log, the journal of operations, configuration, credential plugins and the look-up of names
 * still work when the network has used the rest. */
#ifndef MQDECK_BASE_DESCRIPTORS_H
#define MQDECK_BASE_DESCRIPTORS_H

#include <stdbool.h>

#include "api/base/err.h"

enum descriptors_use {
	DESCRIPTORS_FOR_SERVER, /* connections to the API server: all but the reserve */
	DESCRIPTORS_FOR_BROKER, /* connections to brokers: leave some to the API server as well */
};

/* Once at the start: raises the soft limit to the hard one, to 65,536 at most. What was allowed before stays allowed. */
void descriptors_raise(void);
/* Around the start of another program: it gets the limit that we were started with, because select() cannot take a
 * descriptor above 1,023. Both do nothing before descriptors_raise(). */
void descriptors_lend(void);
void descriptors_take_back(void);

/* May what `use` names have `fd`, which was just opened? Then it is returned. Otherwise it is closed, and -1 returned with
 * LIMIT and no_descriptor; or, when fd is -1, with what errno says. */
int descriptors_admit(int fd, enum descriptors_use use, struct err *err) MUST_USE;
/* May `use` have one more? For what opens several, after the last of them: where numbers below were free, the first one
 * says little. */
bool descriptors_have_room(enum descriptors_use use, struct err *err) MUST_USE;
/* When not one more can be opened at all, not even of the reserve: true, with the same sentence. Asked where a library
 * has failed and does not say of what. */
bool descriptors_are_out(struct err *err);

#endif
