/* Writing journals: a record is one line, synced before what it announces is sent. So a process that ends in between has
 * told at most more than it did, never less, and whoever resumes asks again for what may not have happened. A record that
 * could not be written whole is taken back. */
#include "api/ops/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/buf.h"
#include "api/base/clock.h"
#include "api/base/file.h"
#include "api/base/json_write.h"
#include "api/base/str.h"
#include "api/ops/journal/journal_dir.h"
#include "api/ops/journal/journal_lines.h"
#include "api/ops/plan/plan.h"

/* Without its plan no other record is of use. */
enum { ID_TRIES = 64, ENDED_KEPT = 200, PLAN_COPIES = 2 };

struct ops_journal {
	int fd;
	char *path;
	off_t size;    /* of what stands */
	uint64_t next; /* number of the record that is written next */
	bool open_end; /* what stands does not end with a line */
};

void ops_journal_close(struct ops_journal *journal)
{
	if (!journal)
		return;
	close(journal->fd);
	free(journal->path);
	free(journal);
}

/* ---- records ---- */

static struct buf begin_record(const char *word, int64_t wall_ms)
{
	struct buf record = BUF_INIT(OPS_JOURNAL_MAX);
	char at[32];
	clock_format_rfc3339(wall_ms, at);
	buf_printf(&record, "{\"record\":\"%s\",\"at\":\"%s\"", word, at);
	return record;
}

static void journal_put_text(struct buf *record, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(record, ",\"%s\":", name);
	json_write_string(record, text);
}

static void put_facts(struct buf *record, struct ops_plan *plan, bool all)
{
	bool first = true;
	for (size_t i = 0; i < plan->fact_count; i++) {
		struct ops_fact *fact = &plan->facts[i];
		if (!all && !fact->unsaved)
			continue;
		buf_append_str(record, first ? ",\"facts\":{" : ",");
		json_write_string(record, fact->name);
		buf_append_char(record, ':');
		json_write_string(record, fact->value);
		first = false;
	}
	if (!first)
		buf_append_char(record, '}');
}

/* True, for the end of whoever wrote them. */
static bool facts_are_saved(struct ops_plan *plan, unsigned times)
{
	for (size_t i = 0; i < plan->fact_count; i++) {
		struct ops_fact *fact = &plan->facts[i];
		fact->unsaved = fact->unsaved > times ? fact->unsaved - times : 0;
	}
	return true;
}

/* A part of a record, or one that the disk may not have: as if it had never been written. Where even that fails, the next
 * one begins a line of its own and has another number. */
static void take_back(struct ops_journal *journal)
{
	if (ftruncate(journal->fd, journal->size) == 0)
		return;
	journal->open_end = true;
	journal->next++;
	journal->size = lseek(journal->fd, 0, SEEK_END);
}

/* The sync is what the caller waits for before it sends anything. */
static bool end_record(struct ops_journal *journal, struct buf *record, unsigned copies, struct err *err)
{
	struct buf lines = BUF_INIT(OPS_JOURNAL_MAX);
	bool fits = ops_journal_lines_seal(record, journal->next);
	if (journal->open_end)
		buf_append_char(&lines, '\n');
	for (unsigned i = 0; i < copies; i++)
		fits = buf_append(&lines, buf_str(record), record->len) && fits;
	buf_finish(record);
	bool good = fits && journal->size + (off_t)lines.len <= (off_t)OPS_JOURNAL_MAX;
	if (!good) {
		err_set(err, ERR_LIMIT, "the journal %s would be larger than %d MiB", journal->path,
			OPS_JOURNAL_MAX / (1024 * 1024));
	} else if (!buf_write(&lines, journal->fd) || fsync(journal->fd) != 0) {
		good = err_set_errno(err, errno, "cannot write the journal %s", journal->path);
		take_back(journal);
	} else {
		journal->size += (off_t)lines.len;
		journal->next++;
		journal->open_end = false;
	}
	buf_finish(&lines);
	return good;
}

bool ops_journal_step(struct ops_journal *journal, struct ops_plan *plan, size_t index, int64_t wall_ms,
		      struct err *err)
{
	if (!journal)
		return true;
	const struct ops_step *step = &plan->steps[index];
	struct buf record = begin_record("step", wall_ms);
	buf_printf(&record, ",\"step\":%zu", index);
	journal_put_text(&record, "type", step->type->name);
	journal_put_text(&record, "state", ops_step_state_word(step->state));
	journal_put_text(&record, "result", step->result);
	put_facts(&record, plan, false);
	return end_record(journal, &record, 1, err) && facts_are_saved(plan, 1);
}

bool ops_journal_facts(struct ops_journal *journal, struct ops_plan *plan, int64_t wall_ms, struct err *err)
{
	bool any = false;
	for (size_t i = 0; i < plan->fact_count; i++)
		any |= plan->facts[i].unsaved == OPS_FACT_RECORDS;
	if (!journal || !any)
		return true;
	struct buf record = begin_record("facts", wall_ms);
	put_facts(&record, plan, false);
	return end_record(journal, &record, 1, err) && facts_are_saved(plan, 1);
}

bool ops_journal_state(struct ops_journal *journal, const struct ops_plan *plan, enum ops_state state, int64_t wall_ms,
		       struct err *err)
{
	if (!journal)
		return true;
	struct buf record = begin_record("state", wall_ms);
	journal_put_text(&record, "state", ops_state_word(state));
	journal_put_text(&record, "result", plan->result);
	return end_record(journal, &record, 1, err);
}

bool ops_journal_resumed(struct ops_journal *journal, const char *who, int64_t wall_ms, struct err *err)
{
	struct buf record = begin_record("taken-up", wall_ms);
	journal_put_text(&record, "by", who);
	buf_printf(&record, ",\"pid\":%ld", (long)getpid());
	return end_record(journal, &record, 1, err);
}

bool ops_journal_rolled_back(struct ops_journal *journal, const char *by, int64_t wall_ms, struct err *err)
{
	struct buf record = begin_record("undone-by", wall_ms);
	journal_put_text(&record, "id", by);
	return end_record(journal, &record, 1, err);
}

bool ops_journal_abandoned(struct ops_journal *journal, const char *who, int64_t wall_ms, struct err *err)
{
	struct buf record = begin_record("abandoned", wall_ms);
	journal_put_text(&record, "by", who);
	return end_record(journal, &record, 1, err);
}

static void put_steps(struct buf *record, const struct ops_plan *plan)
{
	buf_append_str(record, ",\"steps\":[");
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct ops_step *step = &plan->steps[i];
		buf_printf(record, "%s{\"type\":", i ? "," : "");
		json_write_string(record, step->type->name);
		journal_put_text(record, "broker", step->broker);
		journal_put_text(record, "item", step->item);
		journal_put_text(record, "title", step->title);
		buf_append_char(record, '}');
	}
	buf_append_char(record, ']');
}

static void journal_put_sentences(struct buf *record, const struct ops_plan *plan)
{
	buf_append_str(record, ",\"sentences\":[");
	for (size_t i = 0; i < plan->sentence_count; i++) {
		const struct ops_sentence *sentence = &plan->sentences[i];
		buf_printf(record, "%s{\"kind\":\"%s\"", i ? "," : "", ops_sentence_label(sentence->kind));
		journal_put_text(record, "text", sentence->text);
		buf_append_char(record, '}');
	}
	buf_append_char(record, ']');
}

static bool write_plan(struct ops_journal *journal, struct ops_plan *plan, const struct ops_journal_place *place,
		       const char *who, int64_t wall_ms, struct err *err)
{
	struct buf record = begin_record("plan", wall_ms);
	buf_printf(&record, ",\"version\":%d", OPS_JOURNAL_VERSION);
	journal_put_text(&record, "id", plan->id);
	journal_put_text(&record, "operation", plan->operation->name);
	journal_put_text(&record, "target", plan->target);
	journal_put_text(&record, "title", plan->title);
	journal_put_text(&record, "confirm", plan->confirm);
	journal_put_text(&record, "undoes", plan->rolls_back);
	buf_append_str(&record, ",\"cluster\":{\"server\":");
	json_write_string(&record, place->server);
	journal_put_text(&record, "uid", *place->uid ? place->uid : NULL);
	journal_put_text(&record, "digest", place->digest);
	buf_append_char(&record, '}');
	journal_put_text(&record, "by", who);
	buf_printf(&record, ",\"pid\":%ld", (long)getpid());
	put_facts(&record, plan, true);
	journal_put_sentences(&record, plan);
	put_steps(&record, plan);
	return end_record(journal, &record, PLAN_COPIES, err) && facts_are_saved(plan, OPS_FACT_RECORDS);
}

/* ---- files ---- */

/* Of the open file, not of the process: it ends with the last descriptor, however that comes about. Unlike flock()
 * it can be asked about without being taken. */
static bool lock_journal(int fd)
{
	return fcntl(fd, F_OFD_SETLK, &(struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET}) == 0;
}

/* Under a name that nobody lists, until its first record stands: a journal that is seen is whole and locked. */
static struct ops_journal *create_hidden(const char *dir, const char *id, char **hidden, struct err *err)
{
	CLEANUP(free) char *path = ops_journal_path(dir, id);
	*hidden = str_printf("%s/.%s.new", dir, id);
	const struct file_use use = {
		.what = "the journal", .trust = FILE_PRIVATE, .flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND};
	int fd = file_open(*hidden, &use, err);
	if (fd < 0) {
		if (errno != EEXIST)
			err_set_errno(err, errno, "cannot create the journal %s", path);
		return NULL;
	}
	if (access(path, F_OK) == 0 || !lock_journal(fd)) {
		close(fd);
		unlink(*hidden);
		return NULL;
	}
	struct ops_journal *journal = mem_alloc(sizeof *journal);
	*journal = (struct ops_journal){.fd = fd, .path = path, .next = 1};
	path = NULL;
	return journal;
}

static void make_id(int64_t wall_ms, unsigned attempt, char out[static 32])
{
	char at[32];
	clock_format_rfc3339(wall_ms, at); /* 2026-01-02T03:04:05Z */
	snprintf(out, 32, "%.4s%.2s%.2s-%.2s%.2s%.2s-%02x", at, at + 5, at + 8, at + 11, at + 14, at + 17,
		 attempt & 0xff);
}

struct ops_journal *ops_journal_create(const char *dir, struct ops_plan *plan, const struct ops_journal_place *place,
				       const char *who, int64_t wall_ms, struct err *err)
{
	struct err reason = {0};
	if (!ops_journal_dir_make(dir, err))
		return NULL;
	ops_journal_dir_prune(dir, ENDED_KEPT);
	for (unsigned attempt = 0; attempt < ID_TRIES && !err_is_set(&reason); attempt++) {
		char id[32];
		CLEANUP(free) char *hidden = NULL;
		make_id(wall_ms, attempt, id);
		CLEANUP(ops_journal_close) struct ops_journal *journal = create_hidden(dir, id, &hidden, &reason);
		if (!journal)
			continue;
		free(plan->id);
		plan->id = mem_strdup(id);
		if (write_plan(journal, plan, place, who, wall_ms, &reason) &&
		    (rename(hidden, journal->path) == 0 ||
		     err_set_errno(&reason, errno, "cannot create the journal %s", journal->path)) &&
		    ops_journal_dir_sync(dir, &reason)) {
			struct ops_journal *made = journal;
			journal = NULL;
			return made;
		}
		unlink(hidden);
		break;
	}
	if (!err_is_set(&reason))
		err_set(&reason, ERR_SYSTEM, "no free name for a journal in %s", dir);
	if (err)
		*err = reason;
	return NULL;
}

struct ops_journal *ops_journal_open(const char *dir, const char *id, struct ops_history_plan **history,
				     struct err *err)
{
	if (!ops_journal_id_is_valid(id)) {
		err_set(err, ERR_USAGE, "\"%s\" is not a plan ID", id);
		return NULL;
	}
	CLEANUP(free) char *path = ops_journal_path(dir, id);
	CLEANUP(close) int fd = ops_journal_open_file(dir, id, path, O_RDWR | O_APPEND, err);
	if (fd < 0)
		return NULL;
	if (!lock_journal(fd)) {
		err_set(err, ERR_REFUSED, "plan %s is being run by another mqdeck", id);
		return NULL;
	}
	*history = ops_history_plan_read(fd, path, err);
	if (!*history)
		return NULL;
	ops_history_plan_judge(*history, false); /* it is ours now */
	if (ftruncate(fd, (off_t)(*history)->whole) < 0) {
		err_set_errno(err, errno, "cannot write the journal %s", path);
		ops_history_plan_destroy(*history);
		*history = NULL;
		return NULL;
	}
	struct ops_journal *journal = mem_alloc(sizeof *journal);
	*journal = (struct ops_journal){.fd = fd,
					.path = path,
					.size = (off_t)(*history)->whole,
					.next = (*history)->next,
					.open_end = (*history)->open_end};
	fd = -1;
	path = NULL;
	return journal;
}
