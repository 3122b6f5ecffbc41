/* The folder of journals: where it is and who may read it, which of them live, and the list of them all. A lock tells whether
 * a plan still has its process; a time or a process id would only guess. */
#include "api/ops/journal/journal_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/buf.h"
#include "api/base/file.h"
#include "api/base/str.h"

#define SUFFIX ".jsonl"

enum { ID_LEN_MAX = 40, FILES_MAX = 20000 };

char *ops_journal_plans_dir(struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && *state == '/')
		return str_printf("%s/mqdeck/plans", state);
	if (str_empty(home)) {
		err_set(err, ERR_CONFIG, "nowhere to keep plan journals: neither XDG_STATE_HOME nor HOME is set");
		return NULL;
	}
	return str_printf("%s/.local/state/mqdeck/plans", home);
}

char *ops_journal_who(void)
{
	char host[256] = "";
	const struct passwd *entry = getpwuid(geteuid());
	if (gethostname(host, sizeof host - 1) < 0 || !*host)
		snprintf(host, sizeof host, "localhost");
	if (entry && !str_empty(entry->pw_name))
		return str_printf("%s@%s", entry->pw_name, host);
	return str_printf("%ld@%s", (long)geteuid(), host);
}

/* It becomes a part of a path. */
bool ops_journal_id_is_valid(const char *id)
{
	size_t len = strlen(id);
	return len > 0 && len <= ID_LEN_MAX && strspn(id, "0123456789abcdef-") == len;
}

char *ops_journal_path(const char *dir, const char *id)
{
	return str_printf("%s/%s" SUFFIX, dir, id);
}

/* A journal in a folder that others may write to could be theirs. */
static bool journals_are_ours(const char *dir, struct err *err)
{
	CLEANUP(free) char *above = mem_strndup(dir, (size_t)(strrchr(dir, '/') - dir));
	return file_folder_is_ours(above, "the directory", err) && file_folder_is_ours(dir, "the directory", err);
}

bool ops_journal_dir_make(const char *dir, struct err *err)
{
	CLEANUP(free) char *path = mem_strdup(dir);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_set_errno(err, errno, "cannot create the directory %s", path);
		*slash = '/';
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set_errno(err, errno, "cannot create the directory %s", path);
	if (!journals_are_ours(path, err))
		return false;
	if (chmod(path, 0700) < 0)
		return err_set_errno(err, errno,
				     "the directory %s is accessible to others and its mode cannot be changed", path);
	return true;
}

bool ops_journal_dir_sync(const char *dir, struct err *err)
{
	CLEANUP(close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_set_errno(err, errno, "cannot sync the directory %s", dir);
	return true;
}

struct ops_history_plan *ops_history_plan_read(int fd, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(OPS_JOURNAL_MAX);
	struct ops_history_plan *plan = NULL;
	ssize_t got = 0;
	char *room;
	while ((room = buf_reserve(&text, 64 * 1024)) && (got = pread(fd, room, 64 * 1024, (off_t)text.len)) > 0)
		buf_commit(&text, (size_t)got);
	if (!room)
		err_set(err, ERR_LIMIT, "larger than %d bytes", OPS_JOURNAL_MAX);
	else if (got < 0)
		err_set_errno(err, errno, "it cannot be read");
	else
		plan = ops_history_plan_parse(buf_str(&text), text.len, err);
	if (plan)
		plan->written = plan->head.state;
	else
		err_prefix(err, "the journal %s", path);
	buf_finish(&text);
	return plan;
}

void ops_history_plan_judge(struct ops_history_plan *plan, bool lives)
{
	plan->head.state = plan->written;
	if (lives && plan->written == OPS_HISTORY_INTERRUPTED)
		plan->head.state = OPS_HISTORY_RUNNING;
	if (!lives && plan->written == OPS_HISTORY_PAUSED)
		plan->head.state = OPS_HISTORY_INTERRUPTED;
}

static bool is_unchanged(const struct ops_history_plan *plan, const struct stat *file)
{
	return plan->size == file->st_size && plan->changed.tv_sec == file->st_mtim.tv_sec &&
	       plan->changed.tv_nsec == file->st_mtim.tv_nsec;
}

int ops_journal_open_file(const char *dir, const char *id, const char *path, int flags, struct err *err)
{
	const struct file_use use = {.what = "the journal", .trust = FILE_PRIVATE, .flags = flags};
	int fd = file_open(path, &use, err);
	if (fd < 0 && err && err->code == ERR_NOT_FOUND)
		err_set(err, ERR_NOT_FOUND, "plan \"%s\" not found in %s", id, dir);
	return fd;
}

/* Opened for reading. Whether a living process has it: only then it is locked. Gives `known` (NULL = nothing is)
 * when the file is as it was then. */
static struct ops_history_plan *read_one(const char *dir, const char *id, struct ops_history_plan *known,
					 struct err *err)
{
	CLEANUP(free) char *path = ops_journal_path(dir, id);
	CLEANUP(close) int fd = ops_journal_open_file(dir, id, path, O_RDONLY, err);
	if (fd < 0)
		return NULL;
	struct stat file;
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	bool lives = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	if (fstat(fd, &file) < 0) {
		err_set_errno(err, errno, "cannot inspect the journal %s", path);
		return NULL;
	}
	struct ops_history_plan *plan =
		known && is_unchanged(known, &file) ? known : ops_history_plan_read(fd, path, err);
	if (!plan)
		return NULL;
	plan->size = file.st_size;
	plan->changed = file.st_mtim;
	plan->head.id = plan == known ? known->head.id : arena_strdup(&plan->arena, id);
	ops_history_plan_judge(plan, lives);
	return plan;
}

/* ---- lists ---- */

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

static int is_journal(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_has_suffix(entry->d_name, SUFFIX);
}

/* The ids, newest first; each is free()d. -1 with err. */
static int list_ids(const char *dir, char ***ids, struct err *err)
{
	struct err reason = {0};
	struct dirent **entries = NULL;
	int count = -1, kept = 0;
	*ids = NULL;
	if (!journals_are_ours(dir, &reason)) {
		if (reason.code != ERR_NOT_FOUND && err)
			*err = reason;
		return reason.code == ERR_NOT_FOUND ? 0 : -1;
	}
	count = scandir(dir, &entries, is_journal, newest_first);
	if (count < 0) {
		err_set_errno(err, errno, "cannot read the directory %s", dir);
		return -1;
	}
	*ids = mem_alloc(((size_t)count + 1) * sizeof **ids);
	for (int i = 0; i < count; i++) {
		char *id = mem_strndup(entries[i]->d_name, strlen(entries[i]->d_name) - strlen(SUFFIX));
		if (ops_journal_id_is_valid(id) && kept < FILES_MAX)
			(*ids)[kept++] = id;
		else
			free(id);
		free(entries[i]);
	}
	free(entries);
	return kept;
}

static void free_ids(char **ids, int count)
{
	for (int i = 0; i < count; i++)
		free(ids[i]);
	free(ids);
}

/* Lists keep no steps and facts: those of two hundred plans are megabytes. */
static struct ops_history_plan *shed_details(struct ops_history_plan *plan)
{
	struct ops_history_plan *bare = mem_alloc(sizeof *bare);
	*bare = (struct ops_history_plan){
		.head = plan->head, .written = plan->written, .size = plan->size, .changed = plan->changed};
	const char **const texts[] = {
		&bare->head.id,         &bare->head.operation, &bare->head.target,     &bare->head.title,
		&bare->head.who,        &bare->head.cluster,   &bare->head.rolls_back, &bare->head.rolled_back_by,
		&bare->head.step_title, &bare->head.result,    &bare->head.lost};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_strdup(&bare->arena, *texts[i]);
	ops_history_plan_destroy(plan);
	return bare;
}

static struct ops_history_plan *unreadable_plan(const char *id, const struct err *reason)
{
	struct ops_history_plan *plan = mem_alloc(sizeof *plan);
	plan->head = (struct ops_history_entry){.id = arena_strdup(&plan->arena, id),
						.state = OPS_HISTORY_UNREADABLE,
						.started_ms = -1,
						.changed_ms = -1,
						.err = *reason};
	plan->written = OPS_HISTORY_UNREADABLE;
	plan->size = -1; /* tried again each time */
	return plan;
}

/* Returns how many bytes had to be read. */
static size_t history_add_plan(struct ops_history *history, const char *dir, const char *id,
			       struct ops_history_plan *known)
{
	struct err reason = {0};
	struct ops_history_plan *plan = read_one(dir, id, known, &reason);
	size_t bytes = plan && plan != known ? (size_t)plan->size : 0;
	if (plan && plan != known)
		plan = shed_details(plan);
	if (plan != known)
		ops_history_plan_destroy(known);
	/* Removed meanwhile. */
	if (!plan && reason.code == ERR_NOT_FOUND)
		return 0;
	plan = plan ? plan : unreadable_plan(id, &reason);
	history->read[history->count] = plan;
	history->items[history->count++] = plan->head;
	return bytes;
}

static struct ops_history history_for(size_t count)
{
	return (struct ops_history){.items = mem_alloc((count + 1) * sizeof(struct ops_history_entry)),
				    .read = mem_alloc((count + 1) * sizeof(struct ops_history_plan *))};
}

/* Out of the list, which stands in the same order as the ids that are asked for. */
static struct ops_history_plan *take_known(struct ops_history *history, size_t *at, const char *id)
{
	while (*at < history->count && strcmp(history->items[*at].id, id) > 0)
		++*at;
	if (*at == history->count || strcmp(history->items[*at].id, id) != 0)
		return NULL;
	struct ops_history_plan *known = history->read[*at];
	history->read[(*at)++] = NULL;
	return known;
}

bool ops_history_read(const char *dir, struct ops_history *history, size_t limit, struct err *err)
{
	char **ids;
	size_t bytes = 0;
	int count = list_ids(dir, &ids, err);
	if (count < 0)
		return false;
	struct ops_history old = *history;
	size_t at = 0;
	*history = history_for((size_t)count);
	for (int i = 0; i < count; i++) {
		struct ops_history_plan *known = take_known(&old, &at, ids[i]);
		if (known || !limit || bytes < limit)
			bytes += history_add_plan(history, dir, ids[i], known);
		else
			history->more = true;
	}
	ops_history_finish(&old);
	free_ids(ids, count);
	return true;
}

bool ops_history_read_one(const char *dir, const char *id, struct ops_history *history, struct err *err)
{
	struct ops_history old = *history;
	size_t at = 0;
	if (!ops_journal_id_is_valid(id))
		return err_set(err, ERR_USAGE, "\"%s\" is not a plan ID", id);
	*history = history_for(1);
	(void)history_add_plan(history, dir, id, take_known(&old, &at, id));
	ops_history_finish(&old);
	return history->count > 0 || err_set(err, ERR_NOT_FOUND, "plan \"%s\" not found in %s", id, dir);
}

void ops_history_finish(struct ops_history *history)
{
	for (size_t i = 0; i < history->count; i++)
		ops_history_plan_destroy(history->read[i]);
	free(history->read);
	free(history->items);
	*history = (struct ops_history){0};
}

static bool has_ended(const char *dir, const char *id)
{
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *plan = read_one(dir, id, NULL, NULL);
	return plan && plan->head.state != OPS_HISTORY_RUNNING && plan->head.state != OPS_HISTORY_PAUSED &&
	       plan->head.state != OPS_HISTORY_INTERRUPTED;
}

void ops_journal_dir_prune(const char *dir, size_t kept)
{
	char **ids;
	int count = list_ids(dir, &ids, NULL);
	/* The oldest stand last. Fewer files than that need not even be read. */
	int left = count;
	for (int i = count - 1; i >= 0 && left > (int)kept; i--) {
		CLEANUP(free) char *path = ops_journal_path(dir, ids[i]);
		if (has_ended(dir, ids[i]) && unlink(path) == 0)
			left--;
	}
	free_ids(ids, count > 0 ? count : 0);
}

struct ops_history_plan *ops_history_plan_load(const char *dir, const char *id, struct err *err)
{
	if (!ops_journal_id_is_valid(id)) {
		err_set(err, ERR_USAGE, "\"%s\" is not a plan ID", id);
		return NULL;
	}
	return read_one(dir, id, NULL, err);
}
