/* `mqdeck bug-report`, and what the console writes for it. */
#include "views/cli/bug_report.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <locale.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <utf8proc.h>
#include <yaml.h>

#include "api/base/file.h"
#include "api/base/log.h"
#include "api/base/str.h"
#include "views/cli/cli.h"
#include "views/cli/get.h"
#include "views/cli/report_names.h"
#include "views/sheets/sheet.h"

enum {
	REPORT_MAX = 16 << 20,
	REPORT_ROWS_MAX = 200,
	REPORT_LEARN_MAX = 20000,
	REPORT_CELL_MAX = 512,
	REPORT_FILE_MAX = 1 << 20
};

struct report_writer {
	const struct cli_report *report;
	struct cli_names names;
	struct buf out;
};

/* ---- what is not of the cluster ---- */

static void report_versions(struct report_writer *it)
{
	struct utsname system;
	buf_append_str(&it->out, "\n## versions\n");
	buf_printf(&it->out, "mqdeck %s\n%s\n%s\nlibyaml %s\ncJSON %s\nutf8proc %s\nglibc %s\n", MQDECK_VERSION,
		   curl_version(), OpenSSL_version(OPENSSL_VERSION), yaml_get_version_string(), cJSON_Version(),
		   utf8proc_version(), gnu_get_libc_version());
	if (uname(&system) == 0)
		buf_printf(&it->out, "%s %s %s\n", system.sysname, system.release, system.machine);
}

static void report_terminal(struct report_writer *it)
{
	static const char *const variables[] = {"TERM",     "COLORTERM",    "NO_COLOR", "LANG",    "LC_ALL",
						"LC_CTYPE", "TERM_PROGRAM", "TMUX",     "SSH_TTY", "TZ"};
	/* Whether they are set says enough of these; their values are paths. */
	static const char *const only_set[] = {"TMUX", "SSH_TTY"};
	buf_append_str(&it->out, "\n## terminal\n");
	buf_printf(&it->out, "%s\nlocale %s\n", str_or(it->report->terminal, "none in use"),
		   str_or(setlocale(LC_CTYPE, NULL), "?"));
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i]);
		bool hidden = false;
		for (size_t j = 0; j < ARRAY_LEN(only_set); j++)
			hidden |= str_eq(variables[i], only_set[j]);
		if (value)
			buf_printf(&it->out, "%s=%.64s\n", variables[i], hidden ? "(set)" : value);
	}
}

static void report_settings(struct report_writer *it)
{
	const struct config *config = it->report->config;
	buf_append_str(&it->out, "\n## settings\n");
	for (int i = 0; i < CONFIG_OPTION_COUNT; i++) {
		enum config_option_id id = (enum config_option_id)i;
		const struct config_option_spec *spec = config_option_spec(id);
		if (!config_is_set(config, id))
			continue;
		buf_printf(&it->out, "%s=", spec->name);
		if (spec->type == CONFIG_OPTION_CHOICE)
			buf_append_str(&it->out, str_or(config_text(config, id), ""));
		else if (spec->type == CONFIG_OPTION_DURATION)
			buf_printf(&it->out, "%lldms", (long long)config_duration_ms(config, id));
		else if (spec->type == CONFIG_OPTION_TEXT)
			cli_names_append(&it->names, str_or(config_text(config, id), ""), &it->out);
		else
			buf_append_str(&it->out, "set");
		buf_append_char(&it->out, '\n');
	}
}

/* ---- the cluster ---- */

static void report_error(struct report_writer *it, const char *what, const struct err *err)
{
	if (!err || !err_is_set(err))
		return;
	const char *text = log_error_text(err);
	buf_printf(&it->out, "%s: %s: ", what, err_code_word(err->code));
	cli_names_append_sentence(&it->names, text, strlen(text), &it->out);
	buf_append_char(&it->out, '\n');
}

static void report_connection(struct report_writer *it)
{
	static const char *const links[] = {[WORLD_CONNECTING] = "connecting",
					    [WORLD_LIVE] = "live",
					    [WORLD_STALE] = "stale",
					    [WORLD_UNREACHABLE] = "unreachable"};
	const struct session *session = it->report->session;
	const struct world_view *world = it->report->world;
	buf_append_str(&it->out, "\n## connection\n");
	report_error(it, "no session", it->report->session_err);
	if (!session)
		return;
	const struct kube_connection *connection = kube_client_connection(session->client);
	const struct kube_access *access = session->place.access;
	buf_printf(&it->out,
		   "embedded=%s kubernetes=%s connected=%s readonly=%s plugin=%s token=%s certificate=%s proxy=%s "
		   "insecure=%s\ncontext=",
		   session->place.demo ? "yes" : "no", str_or(connection->version, "?"),
		   connection->connected ? "yes" : "no", kube_client_read_only(session->client) ? "yes" : "no",
		   access->exec ? "yes" : "no", access->token || access->token_file ? "yes" : "no",
		   access->cert_pem || access->cert_file ? "yes" : "no", access->proxy_url ? "yes" : "no",
		   connection->insecure ? "yes" : "no");
	cli_names_append(&it->names, session_context(session), &it->out);
	buf_append_str(&it->out, " namespace=");
	cli_names_append(&it->names, str_or(session->namespace, "*"), &it->out);
	buf_append_char(&it->out, '\n');
	report_error(it, "connection", &connection->err);
	if (world) {
		buf_printf(&it->out, "link=%s discovering=%s data_age_ms=%lld requests=%zu\n", links[world->link],
			   world->discovering ? "yes" : "no", (long long)world->data_age_ms, world->requests_in_flight);
		report_error(it, "link", &world->link_err);
	}
}

/* Fields whose text is one of a few words; all other text is a name or a sentence. */
static const char *const report_word_fields[] = {
	"kind",           "version",        "managedBy", "ready",       "role",
	"controller",     "phase",          "type",      "accessModes", "reclaimPolicy",
	"kubeletVersion", "runtimeVersion", "status",    "reason",      "conditions",

};
static const char *const report_sentence_fields[] = {"headline", "detail", "message",
						     "state",    "alarms", "pendingReason"};

static bool report_is_field(const char *const *fields, size_t count, const char *field)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(fields[i], field))
			return true;
	return false;
}

static bool report_is_text(const struct cell *cell)
{
	return cell->type == CELL_TEXT || cell->type == CELL_LIST;
}

/* Its sentences may quote what is private. */
static bool report_is_hushed(const struct report_writer *it, const struct sheet_row *row)
{
	return err_is_private(&it->report->world->link_err) ||
	       (row->cluster && err_is_private(&row->cluster->source.err));
}

static void report_cell(struct report_writer *it, struct sheet_row *row, const struct sheet_column *column)
{
	struct cell cell = column->cell(row);
	char text[REPORT_CELL_MAX];
	bool words = report_is_field(report_word_fields, ARRAY_LEN(report_word_fields), column->field);
	bool sentence = report_is_field(report_sentence_fields, ARRAY_LEN(report_sentence_fields), column->field);
	buf_printf(&it->out, " %s=", column->field);
	if (!report_is_text(&cell) || words) {
		cell_format(&cell, text, sizeof text, true);
		buf_append_str(&it->out, text);
	} else if (!sentence) {
		cli_names_append(&it->names, str_or(cell.text, ""), &it->out);
	} else if (report_is_hushed(it, row)) {
		buf_append_str(&it->out, "(private)");
	} else {
		buf_append_char(&it->out, '"');
		cli_names_append_sentence(&it->names, str_or(cell.text, ""), strlen(str_or(cell.text, "")), &it->out);
		buf_append_char(&it->out, '"');
	}
}

/* Before anything is written: a name of the last sheet may stand in a sentence of the first. */
static void report_learn_row(struct report_writer *it, const struct sheet *sheet, struct sheet_row *row)
{
	for (size_t i = 0; i < sheet->column_count; i++) {
		const char *field = sheet->columns[i].field;
		if (!field || report_is_field(report_word_fields, ARRAY_LEN(report_word_fields), field) ||
		    report_is_field(report_sentence_fields, ARRAY_LEN(report_sentence_fields), field))
			continue;
		struct cell cell = sheet->columns[i].cell(row);
		if (report_is_text(&cell))
			cli_names_learn(&it->names, cell.text);
	}
}

static void report_rows(struct report_writer *it, const struct sheet *sheet, bool learn)
{
	struct sheet_rows rows = {0};
	struct sheet_scope scope = {0};
	struct sheet_row row;
	size_t max = learn ? REPORT_LEARN_MAX : REPORT_ROWS_MAX;
	sheet_rows_collect(&rows, sheet, it->report->world, &scope, SHEET_WORST_FIRST, it->report->wall_ms);
	if (!learn)
		buf_printf(&it->out, "\n### %s: %zu\n", sheet->name, rows.positions.len);
	for (size_t i = 0; i < rows.positions.len && i < max; i++) {
		sheet_rows_fill(&rows, i, &row);
		if (learn) {
			report_learn_row(it, sheet, &row);
			continue;
		}
		buf_append_str(&it->out, "-");
		for (size_t c = 0; c < sheet->column_count; c++)
			if (sheet->columns[c].field)
				report_cell(it, &row, &sheet->columns[c]);
		buf_append_char(&it->out, '\n');
	}
	if (!learn && rows.positions.len > max)
		buf_printf(&it->out, "(%zu more omitted)\n", rows.positions.len - max);
	sheet_rows_finish(&rows);
}

static void report_learn(struct report_writer *it)
{
	const struct session *session = it->report->session;
	char host[256] = "";
	cli_names_learn(&it->names, getenv("USER"));
	cli_names_learn(&it->names, getenv("HOME"));
	if (gethostname(host, sizeof host - 1) == 0)
		cli_names_learn(&it->names, host);
	if (!session)
		return;
	cli_names_learn(&it->names, session_context(session));
	cli_names_learn(&it->names, session_user(session));
	cli_names_learn(&it->names, session->place.access->server);
	cli_names_learn(&it->names, session->namespace);
	for (size_t i = 0; i < kubeconfig_context_count(session->place.kubeconfig); i++) {
		cli_names_learn(&it->names, kubeconfig_context_name(session->place.kubeconfig, i));
		cli_names_learn(&it->names, kubeconfig_context_namespace(session->place.kubeconfig, i));
	}
	for (const struct sheet *const *sheet = sheet_all(); it->report->world && *sheet; sheet++)
		report_rows(it, *sheet, true);
}

static void report_world(struct report_writer *it)
{
	const struct world_view *world = it->report->world;
	if (!world)
		return;
	buf_append_str(&it->out, "\n## world\n");
	for (const struct sheet *const *sheet = sheet_all(); *sheet; sheet++)
		report_rows(it, *sheet, false);
}

/* ---- the log ---- */

static void report_log(struct report_writer *it)
{
	struct log_record record;
	uint64_t position = 0;
	buf_append_str(&it->out, "\n## log\n");
	while (log_read(&position, &record)) {
		char line[LOG_LINE_MAX];
		size_t head = log_format(&record, line) - strlen(record.text);
		buf_append(&it->out, line, head);
		cli_names_append_record(&it->names, record.text, &it->out);
		buf_append_char(&it->out, '\n');
	}
}

/* "2026-01-02T03:04:05.000Z debug kube " is all that a line of ours begins with; its length, else 0. */
static size_t report_line_head(const char *line)
{
	static const char form[] = "0000-00-00T00:00:00.000Z ";
	for (size_t i = 0; form[i]; i++) {
		bool fits = form[i] == '0' ? line[i] >= '0' && line[i] <= '9' : line[i] == form[i];
		if (!fits)
			return 0;
	}
	size_t len = sizeof form - 1;
	for (int word = 0; word < 2; word++) {
		size_t letters = strspn(line + len, "abcdefghijklmnopqrstuvwxyz");
		if (!letters || line[len + letters] != ' ')
			return 0;
		len += letters + 1;
	}
	return len;
}

static void report_log_lines(struct report_writer *it, char *text)
{
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		size_t head = report_line_head(line);
		if (!head)
			continue; /* the first is cut, and what is not ours stays out */
		buf_append(&it->out, line, head);
		cli_names_append_record(&it->names, line + head, &it->out);
		buf_append_char(&it->out, '\n');
	}
}

/* The end of the log file: what a session before this one left there. */
static void report_log_file(struct report_writer *it)
{
	const char *path = config_text(it->report->config, CONFIG_OPT_LOG_FILE);
	struct stat status;
	const struct file_use use = {.what = "the log file", .trust = FILE_PRIVATE};
	CLEANUP(close) int fd = path ? file_open(path, &use, NULL) : -1;
	if (fd < 0 || fstat(fd, &status) < 0)
		return;
	CLEANUP(free) char *text = mem_alloc(REPORT_FILE_MAX + 1);
	off_t from = status.st_size > REPORT_FILE_MAX ? status.st_size - REPORT_FILE_MAX : 0;
	ssize_t got = pread(fd, text, REPORT_FILE_MAX, from);
	buf_append_str(&it->out, "\n## log file\n");
	if (got > 0)
		report_log_lines(it, text);
}

/* ---- the file ---- */

static bool report_save(const struct report_writer *it, const char *path, struct err *err)
{
	const struct file_use use = {.what = "the report", .trust = FILE_PRIVATE, .flags = O_WRONLY | O_CREAT | O_EXCL};
	int fd = file_open(path, &use, err);
	if (fd < 0)
		return false;
	int failed = buf_write(&it->out, fd) ? 0 : errno;
	if (close(fd) < 0 && !failed)
		failed = errno;
	if (!failed)
		return true;
	unlink(path);
	return err_set_errno(err, failed, "cannot write %s", path);
}

static const char report_head[] =
	"# mqdeck bug report\nContains: versions, terminal, settings, the state of the connection, numbers and states "
	"of what mqdeck shows, the last minutes of its log, and the end of the log file.\nDoes not contain: passwords, "
	"tokens, keys, "
	"certificates, messages, or contents of Secrets; they never reach the log.\nNames are hashed with a discarded "
	"key: #1a2b3c4d is the same name throughout this report. Read it before you send it.\n";

bool cli_report_write(const struct cli_report *report, const char *path, char **written, struct err *err)
{
	struct report_writer it = {.report = report, .out = BUF_INIT(REPORT_MAX)};
	char stamp[32];
	clock_format_rfc3339(report->wall_ms, stamp);
	for (char *c = stamp; *c; c++)
		*c = *c == ':' ? '-' : *c;
	if (!cli_names_init(&it.names, err))
		return false;
	char *name = path ? mem_strdup(path) : str_printf("mqdeck-bug-report-%s.txt", stamp);
	report_learn(&it);
	buf_append_str(&it.out, report_head);
	report_versions(&it);
	report_terminal(&it);
	report_settings(&it);
	report_connection(&it);
	report_world(&it);
	report_log(&it);
	report_log_file(&it);
	if (it.out.overflow)
		buf_append_str(&it.out, "\n(truncated)\n");
	bool ok = report_save(&it, name, err);
	cli_names_finish(&it.names);
	buf_finish(&it.out);
	*written = ok ? name : NULL;
	if (!ok)
		free(name);
	return ok;
}

/* A cluster that cannot be reached, or a kubeconfig that cannot be read, is what may have to be reported. */
int main_bug_report(const struct cli_command_line *line)
{
	struct err session_err = {0}, err = {0};
	CLEANUP(cli_close) struct cli cli = {0};
	CLEANUP(free) char *written = NULL;
	struct cli_report report = {.config = line->config, .session_err = &session_err};
	if (cli_open(&cli, line->config, &session_err)) {
		report.world = cli_get_settle(cli.session, config_duration_ms(line->config, CONFIG_OPT_SETTLE_TIMEOUT));
		report.session = cli.session;
	}
	struct clock clock = clock_real();
	report.wall_ms = clock_wall_ms(&clock);
	if (!cli_report_write(&report, line->count ? line->words[0] : NULL, &written, &err))
		return cli_failed(&err);
	cli_print_clean(stdout, written);
	putchar('\n');
	cli_say("names are hashed and secrets excluded; read the report before you send it");
	return CLI_EXIT_OK;
}
