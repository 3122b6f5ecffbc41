#include "api/config/config.h"

#include <getopt.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/config/config_private.h"

static const struct option_spec specs[OPTION_COUNT] = {
#define X(id, name_, letter_, type_, standard_, argument_, where_, help_)                                                      \
	[OPT_##id] = {.name = name_,                                                                                           \
		      .letter = letter_,                                                                                       \
		      .type = OPTION_##type_,                                                                                  \
		      .standard = standard_,                                                                                   \
		      .argument = argument_,                                                                                   \
		      .where = OPTION_##where_,                                                                                \
		      .help = help_},
#include "api/config/options.def"
#undef X
};

const struct option_spec *option_spec(enum option_id id)
{
	return &specs[id];
}

/* getopt's own tables, made from ours. */
struct getopt_tables {
	struct option longs[OPTION_COUNT + 1];
	char shorts[2 + 2 * OPTION_COUNT + 1];
};

enum { LONG_BASE = 1000 };

static void make_tables(struct getopt_tables *tables)
{
	char *s = tables->shorts;
	/* '-' keeps words in place and hands them to us as option 1; ':' tells a missing argument from an unknown option. */
	*s++ = '-';
	*s++ = ':';
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		bool takes = specs[i].type != OPTION_FLAG;
		tables->longs[i] = (struct option){.name = specs[i].name, .has_arg = takes ? required_argument : no_argument,
						   .val = LONG_BASE + (int)i};
		if (specs[i].letter) {
			*s++ = (char)specs[i].letter;
			if (takes)
				*s++ = ':';
		}
	}
	tables->longs[OPTION_COUNT] = (struct option){0};
	*s = '\0';
}

static enum option_id id_of(int code)
{
	if (code >= LONG_BASE)
		return (enum option_id)(code - LONG_BASE);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (specs[i].letter == code)
			return (enum option_id)i;
	}
	return OPTION_COUNT;
}

bool config_parse_arguments(struct config *config, int argc, char **argv, char ***words, size_t *word_count, struct err *err)
{
	struct getopt_tables tables;
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
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char left[64];
		int used = specs[i].letter ? snprintf(left, sizeof left, "-%c, ", specs[i].letter)
					   : snprintf(left, sizeof left, "    ");
		snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s", specs[i].name, specs[i].argument ? " " : "",
			 str_or(specs[i].argument, ""));
		fprintf(out, "  %-40s %s", left, specs[i].help);
		if (specs[i].standard)
			fprintf(out, " [%s]", specs[i].standard);
		fputc('\n', out);
	}
}
