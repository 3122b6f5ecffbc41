/* One way to open a file. What a path leads to is looked at before it is opened, since opening alone can act on a device,
 * and once more when it is open, since it may be another by then. */
#include "api/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "api/base/mem.h"

enum { OTHERS_WRITE = 022, OTHERS = 077, READ_BLOCK = 16 * 1024 };

/* ---- what it is ---- */

static const char *kind_word(mode_t mode)
{
	static const struct {
		mode_t kind;
		const char *word;
	} kinds[] = {{S_IFDIR, "a directory"},     {S_IFIFO, "a named pipe"}, {S_IFSOCK, "a socket"},
		     {S_IFLNK, "a symbolic link"}, {S_IFCHR, "a device"},     {S_IFBLK, "a device"}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if ((mode & S_IFMT) == kinds[i].kind)
			return kinds[i].word;
	return "something else";
}

/* Where every user has a group of the same name, files are writable by it and nobody else is in it. */
static bool group_is_users_own(const struct stat *status)
{
	const struct passwd *user = getpwuid(status->st_uid);
	if (status->st_uid == 0 || !user || user->pw_gid != status->st_gid)
		return false;
	CLEANUP(free) char *name = mem_strdup(user->pw_name);
	const struct group *group = getgrgid(status->st_gid);
	if (!group || strcmp(group->gr_name, name) != 0)
		return false;
	for (char **member = group->gr_mem; member && *member; member++)
		if (strcmp(*member, name) != 0)
			return false;
	return true;
}

static bool others_may_write(const struct stat *status, enum file_trust trust)
{
	mode_t others = status->st_mode & OTHERS_WRITE;
	return others && (others != S_IWGRP || trust == FILE_PRIVATE || !group_is_users_own(status));
}

static bool file_is_regular(const char *path, const struct file_use *use, const struct stat *status, struct err *err)
{
	if (S_ISREG(status->st_mode))
		return true;
	if (S_ISLNK(status->st_mode))
		return err_set(err, ERR_REFUSED,
			       "%s %s is a symbolic link, which is not followed here: name the file itself", use->what,
			       path);
	return err_set(err, ERR_REFUSED, "%s %s is %s, not a regular file: name another one", use->what, path,
		       kind_word(status->st_mode));
}

static bool file_is_trusted(const char *path, const struct file_use *use, const struct stat *status, struct err *err)
{
	bool ours = status->st_uid == geteuid() || (status->st_uid == 0 && use->trust == FILE_TRUSTED);
	if (use->trust == FILE_ANYBODYS)
		return true;
	if (!ours)
		return err_set(err, ERR_REFUSED, "%s %s belongs to another user (uid %ld) and is not used", use->what,
			       path, (long)status->st_uid);
	if (others_may_write(status, use->trust))
		return err_set(
			err, ERR_REFUSED,
			"%s %s is writable by others (mode %04o) and is not used: look at what is in it, then run "
			"chmod go-w on it",
			use->what, path, status->st_mode & 07777);
	if (use->trust == FILE_PRIVATE && status->st_nlink > 1)
		return err_set(err, ERR_REFUSED, "%s %s has a second name (a hard link) and is not used", use->what,
			       path);
	return true;
}

static bool file_cannot(const char *path, const struct file_use *use, int number, struct err *err)
{
	bool writes = (use->flags & O_ACCMODE) != O_RDONLY;
	if (number == EEXIST)
		return err_set(err, ERR_REFUSED, "%s already exists; choose another name", path);
	err_set_errno(err, number, "cannot %s %s %s", writes ? "open" : "read", use->what, path);
	if (err && (number == ENOENT || number == ENOTDIR) && !(use->flags & O_CREAT))
		err->code = ERR_NOT_FOUND;
	return false;
}

/* How one says that there is no such file: KUBECONFIG=/dev/null. */
static bool file_is_nothing(const struct file_use *use, const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3) && (use->flags & O_ACCMODE) == O_RDONLY;
}

static bool file_is_good(const char *path, const struct file_use *use, const struct stat *status, struct err *err)
{
	return file_is_nothing(use, status) ||
	       (file_is_regular(path, use, status, err) && file_is_trusted(path, use, status, err));
}

/* ---- opening ---- */

static bool file_look(const char *path, const struct file_use *use, struct err *err)
{
	struct stat status;
	int failed = use->follow ? stat(path, &status) : lstat(path, &status);
	if (failed == 0 && (use->flags & O_EXCL))
		return file_cannot(path, use, EEXIST, err);
	if (failed < 0)
		return ((use->flags & O_CREAT) && errno == ENOENT) || file_cannot(path, use, errno, err);
	return file_is_good(path, use, &status, err);
}

static bool file_settle(int fd, const char *path, const struct file_use *use, struct err *err)
{
	struct stat status;
	bool writes = (use->flags & O_ACCMODE) != O_RDONLY;
	if (fstat(fd, &status) < 0)
		return file_cannot(path, use, errno, err);
	if (!file_is_good(path, use, &status, err))
		return false;
	if (use->trust == FILE_PRIVATE && writes && (status.st_mode & OTHERS) && fchmod(fd, 0600) < 0)
		return err_set_errno(err, errno, "cannot make %s %s readable for its owner alone", use->what, path);
	return !(use->flags & O_TRUNC) || ftruncate(fd, 0) == 0 || file_cannot(path, use, errno, err);
}

int file_open(const char *path, const struct file_use *use, struct err *err)
{
	int flags = (use->flags & ~O_TRUNC) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (use->follow ? 0 : O_NOFOLLOW);
	if (!file_look(path, use, err))
		return -1;
	int fd = open(path, flags, 0600);
	if (fd < 0)
		(void)file_cannot(path, use, errno, err);
	if (fd < 0 || file_settle(fd, path, use, err))
		return fd;
	close(fd);
	return -1;
}

bool file_read(const char *path, const struct file_use *use, struct buf *out, struct err *err)
{
	CLEANUP(close) int fd = file_open(path, use, err);
	if (fd < 0)
		return false;
	for (;;) {
		char block[READ_BLOCK];
		ssize_t got = read(fd, block, sizeof block);
		if (got < 0 && errno == EINTR)
			continue;
		bool fits = got <= 0 || buf_append(out, block, (size_t)got);
		explicit_bzero(block, sizeof block);
		if (got < 0)
			return file_cannot(path, use, errno, err);
		if (!fits)
			return err_set(err, ERR_LIMIT, "%s %s is larger than %zu bytes", use->what, path, out->max);
		if (got == 0)
			return true;
	}
}

bool file_folder_is_ours(const char *path, const char *what, struct err *err)
{
	struct stat status;
	struct file_use use = {.what = what, .trust = FILE_TRUSTED};
	if (lstat(path, &status) < 0)
		return file_cannot(path, &use, errno, err);
	if (!S_ISDIR(status.st_mode))
		return err_set(err, ERR_REFUSED, "%s %s is %s, not a directory: move it away", what, path,
			       S_ISREG(status.st_mode) ? "a file" : kind_word(status.st_mode));
	if (status.st_mode & S_ISVTX) /* as /tmp: nobody can take away what is another's */
		status.st_mode &= ~(mode_t)OTHERS_WRITE;
	return file_is_trusted(path, &use, &status, err);
}
