/* Golden screens as files: written, read, and with what differs from run to run masked. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/tape/tape_private.h"

void tape_golden_mask(const struct tape_command *command, struct buf *text)
{
	vec_each (&command->masks, it) {
		size_t start, end;
		for (size_t at = 0; pattern_find(it->pattern, buf_str(text), text->len, at, &start, &end);) {
			CLEANUP(free) char *found = mem_strndup(text->data + start, end - start);
			struct buf masked = BUF_INIT(CANVAS_EXPORT_MAX);
			buf_append(&masked, text->data, start);
			for (int i = canvas_text_width(found); i > 0; i--)
				buf_append_char(&masked, '*');
			at = end > start ? masked.len : end + 1;
			buf_append(&masked, text->data + end, text->len - end);
			buf_finish(text);
			*text = masked;
		}
	}
}

/* ---- paths ---- */

/* The next part of a path from *at on, with its length; false behind the last. "." and empty parts are left out. */
static bool next_part(const char **at, size_t *len)
{
	for (;; *at += *len) {
		*at += strspn(*at, "/");
		*len = strcspn(*at, "/");
		if (*len != 1 || **at != '.')
			return *len > 0;
	}
}

bool tape_golden_is_inside(const char *path)
{
	size_t len, parts = 0;
	for (const char *at = path; next_part(&at, &len); at += len, parts++)
		if (len == 2 && strncmp(at, "..", 2) == 0)
			return false;
	return *path != '/' && parts > 0;
}

/* A step at a time, none of them through a link: what stands in a tape leads nowhere but below its folder. */
static int open_below(const char *base, const char *path, int flags)
{
	if (!tape_golden_is_inside(path)) {
		errno = EXDEV;
		return -1;
	}
	int folder = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1;
	size_t len;
	for (const char *at = path; folder >= 0 && next_part(&at, &len); at += len) {
		CLEANUP(free) char *part = mem_strndup(at, len);
		const char *next = at + len;
		size_t rest;
		bool last = !next_part(&next, &rest);
		int below = last ? openat(folder, part, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644)
				 : openat(folder, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int why = errno;
		close(folder);
		folder = last ? -1 : below;
		fd = last ? below : -1;
		errno = why;
	}
	return fd;
}

static int open_regular(const char *base, const char *path, int flags, const char *what, struct err *err)
{
	struct stat status = {0};
	int fd = open_below(base, path, flags);
	if (fd < 0) {
		err_set_errno(err, errno, "cannot %s %s below %s", what, path, base);
		return -1;
	}
	bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	/* Its other name may stand anywhere. */
	bool single = status.st_nlink == 1 || (flags & O_ACCMODE) == O_RDONLY;
	if (regular && single)
		return fd;
	close(fd);
	err_set(err, ERR_REFUSED, "cannot %s %s below %s: it %s", what, path, base,
		regular ? "has a second name (a hard link)" : "is not a regular file");
	return -1;
}

/* ---- files ---- */

bool tape_golden_write(const char *base, const char *path, const struct buf *content, struct err *err)
{
	CLEANUP(close) int fd = open_regular(base, path, O_WRONLY | O_CREAT, "write", err);
	if (fd < 0)
		return false;
	return (ftruncate(fd, 0) == 0 && buf_write(content, fd)) ||
	       err_set_errno(err, errno, "cannot write %s below %s", path, base);
}

bool tape_golden_read(const char *base, const char *path, struct buf *out, struct err *err)
{
	CLEANUP(close) int fd = open_regular(base, path, O_RDONLY, "read", err);
	if (fd < 0)
		return false;
	char bytes[4096];
	ssize_t got;
	while ((got = read(fd, bytes, sizeof bytes)) > 0)
		if (!buf_append(out, bytes, (size_t)got))
			break;
	return got >= 0 || err_set_errno(err, errno, "cannot read %s below %s", path, base);
}
