/* Opening files with distrust: whoever can write to a folder can put something else where a file is looked for. Whatever is
 * opened by a path goes through here, but for the terminal's own devices.
 *
 * Nothing waits, as for the other end of a pipe, and nothing is touched that is not what it is said to be: the sentence
 * tells what the path is, and what to do. */
#ifndef MQDECK_BASE_FILE_H
#define MQDECK_BASE_FILE_H

#include "api/base/buf.h"

enum file_trust {
	FILE_ANYBODYS, /* any regular file */
	FILE_TRUSTED,  /* of this user or of root, and nobody else may write to it; a group of the user's own may */
	FILE_PRIVATE,  /* of this user, who alone may write to it; without a second name */
};

struct file_use {
	const char *what; /* "the log file", for sentences */
	enum file_trust trust;
	bool follow; /* what a symbolic link leads to is judged; else a link is refused */
	int flags;   /* of open(2), 0 = O_RDONLY. O_TRUNC cuts once the file is found to be good. */
};

/* The descriptor, close-on-exec; -1 with err: ERR_NOT_FOUND, ERR_REFUSED, or ERR_SYSTEM. A file that is made has mode 0600;
 * of a private one that others may read, and that is written to, they may not any more. */
int file_open(const char *path, const struct file_use *use, struct err *err) MUST_USE;

/* The whole file, appended to `out`; ERR_LIMIT beyond out->max. */
bool file_read(const char *path, const struct file_use *use, struct buf *out, struct err *err) MUST_USE;

/* A folder whose files are to be believed: no link, of this user or root, writable by nobody else unless it is sticky. */
bool file_folder_is_ours(const char *path, const char *what, struct err *err) MUST_USE;

#endif
