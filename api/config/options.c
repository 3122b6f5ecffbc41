/* The command line. getopt_long's tables, --help and what an option may hold are all made from options.def. */
#include "api/config/config.h"

#include <getopt.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/config/config_private.h"

/* getopt's own tables, made from ours. */
struct config_getopt_tables {
	struct option longs[CONFIG_OPTION_COUNT + 1];
	char shorts[2 + 2 * CONFIG_OPTION_COUNT + 1];
};

enum { LONG_BASE = 1000 };

static void make_tables(struct config_getopt_tables *tables)
{
	char *s = tables->shorts;
	/* '-' keeps words in place and hands them to us as option 1; ':' tells a missing argument from an unknown
	 * option. */
	*s++ = '-';
	*s++ = ':';
	for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
		const struct config_option_spec *spec = config_option_spec((enum config_option_id)i);
		bool takes = spec->type != CONFIG_OPTION_FLAG;
		tables->longs[i] = (struct option){.name = spec->name,
						   .has_arg = takes ? required_argument : no_argument,
						   .val = LONG_BASE + (int)i};
		if (spec->letter) {
			*s++ = (char)spec->letter;
			if (takes)
				*s++ = ':';
		}
	}
	tables->longs[CONFIG_OPTION_COUNT] = (struct option){0};
	*s = '\0';
}

static enum config_option_id id_of(int code)
{
	if (code >= LONG_BASE)
		return (enum config_option_id)(code - LONG_BASE);
	for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
		if (config_option_spec((enum config_option_id)i)->letter == code)
			return (enum config_option_id)i;
	}
	return CONFIG_OPTION_COUNT;
}

bool config_parse_arguments(struct config *config, int argc, char **argv, char ***words, size_t *word_count,
			    struct err *err)
{
	struct config_getopt_tables tables;
	make_tables(&tables);
	VEC(char *) rest = {0};
	bool ok = true;
	optind = 0;
	opterr = 0;
	for (int code; ok && (code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1;) {
		const char *given = argv[optind - 1];
		if (code == 1)
			vec_push(&rest, optarg);
		else if (code == ':')
			ok = err_set(err, ERR_USAGE, "%s requires a value; see mqdeck --help", given);
		else if (code == '?')
			ok = err_set(err, ERR_USAGE, "unknown option %s; see mqdeck --help", given);
		else
			ok = config_set(config, id_of(code), optarg, "the command line", err);
	}
	for (int i = optind; ok && i < argc; i++)
		vec_push(&rest, argv[i]);
	if (!ok)
		vec_finish(&rest);
	*words = rest.items;
	*word_count = rest.len;
	return ok;
}

void config_print_options(FILE *out)
{
	for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
		const struct config_option_spec *spec = config_option_spec((enum config_option_id)i);
		char left[64];
		int used = spec->letter ? snprintf(left, sizeof left, "-%c, ", spec->letter)
					: snprintf(left, sizeof left, "    ");
		snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s", spec->name, spec->argument ? " " : "",
			 str_or(spec->argument, ""));
		fprintf(out, "  %-40s %s", left, spec->help);
		if (spec->standard)
			fprintf(out, " [%s]", spec->standard);
		fputc('\n', out);
	}
}
