/* The command line. getopt_long's tables, --help and what an option may hold are all made from options.def. */
#include "api/config/config.h"

#include <getopt.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/config/config_private.h"

static const struct config_option_spec option_specs[CONFIG_OPTION_COUNT] = {
#define X(id, name_, letter_, type_, standard_, argument_, where_, help_)                                              \
	[CONFIG_OPT_##id] = {.name = name_,                                                                            \
			     .letter = letter_,                                                                        \
			     .type = CONFIG_OPTION_##type_,                                                            \
			     .standard = standard_,                                                                    \
			     .argument = argument_,                                                                    \
			     .where = CONFIG_OPTION_##where_,                                                          \
			     .help = help_},
#include "api/config/options.def"
#undef X
};

const struct config_option_spec *config_option_spec(enum config_option_id id)
{
	return &option_specs[id];
}

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
		bool takes = option_specs[i].type != CONFIG_OPTION_FLAG;
		tables->longs[i] = (struct option){.name = option_specs[i].name,
						   .has_arg = takes ? required_argument : no_argument,
						   .val = LONG_BASE + (int)i};
		if (option_specs[i].letter) {
			*s++ = (char)option_specs[i].letter;
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
		if (option_specs[i].letter == code)
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
			ok = err_set(err, ERR_USAGE, "%s wants a value; see mqdeck --help", given);
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
		char left[64];
		int used = option_specs[i].letter ? snprintf(left, sizeof left, "-%c, ", option_specs[i].letter)
						  : snprintf(left, sizeof left, "    ");
		snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s", option_specs[i].name,
			 option_specs[i].argument ? " " : "", str_or(option_specs[i].argument, ""));
		fprintf(out, "  %-40s %s", left, option_specs[i].help);
		if (option_specs[i].standard)
			fprintf(out, " [%s]", option_specs[i].standard);
		fputc('\n', out);
	}
}
