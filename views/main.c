/* The program: options, the table of subcommands, --help. */
#include "views/cli/commands.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/base/arena.h"
#include "api/base/descriptors.h"
#include "api/base/footprint.h"
#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/ops/engine/ops.h"
#include "views/console/console_main.h"
#include "views/fleet/fleet_rows.h"
#include "views/sheets/sheet.h"

static const struct {
	const char *name, *arguments, *help;
	int (*run)(const struct cli_command_line *line);
	size_t min, max;                     /* words after the name */
	enum { ALONE, FLEET, EITHER } takes; /* with --fleet, without, or both */
} main_commands[] = {
	{"", "", "open the console", main_console, 0, 0},
	{"", "--fleet [CONTEXT...]", "open the console on the clusters of several contexts, all of them by default",
	 main_console, 0, FLEET_MAX, FLEET},
	{"get", "VIEW [NAME]", "print a view once; views and fields are listed below", main_get, 1, 2},
	{"get", "clusters --fleet [CONTEXT...]",
	 "print the broker clusters of several contexts, all of them by default", main_get, 1, 1 + FLEET_MAX, FLEET},
	{"plan", "OP TARGET [K=V...]", "show what an operation would do and its effect; changes nothing", main_plan, 2,
	 2 + OPS_VALUES_MAX},
	{"run", "OP TARGET [K=V...] --yes", "run an operation", main_run, 2, 2 + OPS_VALUES_MAX},
	{"ops", "[VERB [ID]]", "plans that ran or are running: list, show, resume, rollback, abandon", main_ops, 0, 2},
	{"replay", "TAPE", "replay a tape of keystrokes and expectations without a terminal", main_replay, 1, 1,
	 EITHER},
	{"theme", "list | check FILE", "list themes, or check a theme file", main_theme, 1, 2},
	{"bug-report", "[FILE]", "write a file for maintainers: versions, state and log; names hashed, no secrets",
	 main_bug_report, 0, 1},
	{"demo-server", "", "serve the embedded cluster to other clients", main_demo_server, 0, 0},
};

static void print_operations(void)
{
	static const char *const targets[] = {[OPS_ON_CLUSTER] = "CLUSTER",
					      [OPS_ON_NODE] = "NODE",
					      [OPS_ON_BROKER] = "BROKER",
					      [OPS_ON_BROKER_OR_NODE] = "BROKER|NODE"};
	size_t count;
	const struct ops_operation *const *operations = ops_table(&count);
	puts("\nOperations for `plan` and `run`; a target is [NAMESPACE/]NAME:");
	for (size_t i = 0; i < count; i++) {
		const struct ops_operation *it = operations[i];
		CLEANUP(free) char *left = str_printf("%s %s", it->name, targets[it->target]);
		printf("  %-24s %s\n", left, it->summary);
		for (size_t j = 0; j < it->argument_count; j++)
			printf("    %-22s %s%s\n", it->arguments[j].name, it->arguments[j].help,
			       it->arguments[j].required ? " (required)" : "");
	}
	puts("`plan` exits with 0 when safe, 10 when careful, 20 when dangerous, 30 when blocked.");
}

static void print_sheet_fields(const char *name, const struct sheet *sheet, size_t count)
{
	printf("  %s\n", name);
	for (size_t i = 0; i < count; i++) {
		if (sheet->columns[i].field)
			printf("    %-24s %s\n", sheet->columns[i].field, sheet->columns[i].help);
	}
}

static void print_fields(void)
{
	struct fleet_rows fleet;
	puts("\nFields for `get -o json|yaml`:");
	for (const struct sheet *const *sheet = sheet_all(); *sheet; sheet++)
		print_sheet_fields((*sheet)->name, *sheet, (*sheet)->column_count);
	fleet_rows_init(&fleet, FLEET_LISTING);
	print_sheet_fields("clusters --fleet, before those of clusters", &fleet.sheet,
			   fleet.sheet.column_count - sheet_clusters.column_count);
	fleet_rows_finish(&fleet);
}

static void print_help(void)
{
	puts("mqdeck - an operations console for RabbitMQ and Kafka on Kubernetes\n\nUsage:");
	for (size_t i = 0; i < ARRAY_LEN(main_commands); i++) {
		CLEANUP(free)
		char *left =
			str_printf("mqdeck [OPTIONS]%s%s%s%s", *main_commands[i].name ? " " : "", main_commands[i].name,
				   *main_commands[i].arguments ? " " : "", main_commands[i].arguments);
		printf("  %-46s %s\n", left, main_commands[i].help);
	}
	puts("\nOptions:");
	config_print_options(stdout);
	print_operations();
	fputs("\nViews for `get`:", stdout);
	for (const struct sheet *const *sheet = sheet_all(); *sheet; sheet++)
		printf(" %s", (*sheet)->name);
	puts("\n\n`get` sorts rows in an order that does not depend on their state: clusters by namespace and name, "
	     "topics,\npartitions and groups by name and number, events newest first. The console shows the worst "
	     "first.");
	print_fields();
}

/* libcurl brings GnuTLS along for protocols that are not spoken here. While it is loaded it asks the program by this
 * name (GNUTLS_SKIP_GLOBAL_INIT in its header) whether it may leave out setting itself up, which costs a megabyte. */
__attribute__((visibility("default"), used)) int _gnutls_global_init_skip(void);

int _gnutls_global_init_skip(void)
{
	return 1;
}

static void main_log_start(const struct config *config)
{
	log_info(LOG_VIEWS, "mqdeck version=" MQDECK_VERSION " pid=%d", (int)getpid());
	for (int i = 0; i < CONFIG_OPTION_COUNT; i++) {
		const struct config_option_spec *spec = config_option_spec((enum config_option_id)i);
		if (config_is_set(config, (enum config_option_id)i))
			log_info(LOG_VIEWS, "option set option=%s value=\"%s\"", spec->name,
				 spec->type == CONFIG_OPTION_TEXT || spec->type == CONFIG_OPTION_CHOICE
					 ? str_or(config_text(config, (enum config_option_id)i), "")
					 : "set");
	}
}

static bool is_command(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(main_commands); i++)
		if (*word && str_eq(main_commands[i].name, word))
			return true;
	return false;
}

static int main_dispatch(const struct config *config, char **words, size_t count, char *const *typed)
{
	bool fleet = config_flag(config, CONFIG_OPT_FLEET);
	size_t named = count && (!fleet || is_command(words[0])); /* else contexts alone */
	const char *name = named ? words[0] : "";
	main_log_start(config);
	for (size_t i = 0; i < ARRAY_LEN(main_commands); i++) {
		if (!str_eq(main_commands[i].name, name) || main_commands[i].takes == (fleet ? ALONE : FLEET))
			continue;
		struct cli_command_line line = {
			.config = config, .words = words + named, .count = count - named, .typed = typed};
		if (line.count >= main_commands[i].min && line.count <= main_commands[i].max)
			return main_commands[i].run(&line);
		cli_say("usage: mqdeck %s %s", main_commands[i].name, main_commands[i].arguments);
		return CLI_EXIT_USAGE;
	}
	if (fleet)
		cli_say("--fleet does not go with \"%s\": what is changed is changed in one context", name);
	else
		cli_say("unknown command \"%s\"; see mqdeck --help", name);
	return CLI_EXIT_USAGE;
}

/* Tokens and passwords pass through memory: no core is written and no other process of the user may read it. */
static void protect_secrets(void)
{
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static bool main_open_log(const struct config *config, struct err *err)
{
	const char *path = config_text(config, CONFIG_OPT_LOG_FILE);
	enum log_level level;
	uint32_t layers;
	if (!log_parse_level(config_text(config, CONFIG_OPT_LOG_LEVEL), &level, err) ||
	    !log_parse_layers(config_text(config, CONFIG_OPT_LOG_ONLY), &layers, err))
		return false;
	log_keep(level, layers);
	return !path || log_open(path, level, layers, err);
}

/* A command may cut its words up; argv, which ps shows, stays whole. */
static void copy_words(struct arena *arena, char **words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		words[i] = arena_strdup(arena, words[i]);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	struct config *config = config_create();
	CLEANUP(free) char **words = NULL;
	size_t count = 0;
	int code = CLI_EXIT_OK;
	struct arena own_words = ARENA_INIT;
	cli_hold_streams();
	footprint_limit_heap();
	protect_secrets();
	descriptors_raise();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of write() */
	if (!config_parse_arguments(config, argc, argv, &words, &count, &err) ||
	    !config_load_file(config, NULL, &err) || !main_open_log(config, &err))
		code = cli_failed(&err);
	else if (config_flag(config, CONFIG_OPT_HELP))
		print_help();
	else if (config_flag(config, CONFIG_OPT_VERSION) || (count == 1 && str_eq(words[0], "version")))
		puts("mqdeck " MQDECK_VERSION);
	else {
		copy_words(&own_words, words, count);
		code = main_dispatch(config, words, count, argv);
	}
	code = cli_finish_output(code);
	arena_finish(&own_words);
	config_destroy(config);
	log_close();
	return code;
}
