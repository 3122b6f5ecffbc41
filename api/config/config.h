/* Options from the command line and the configuration file, both driven by options.def.
 *
 * The file is $MQDECK_CONFIG, else $XDG_CONFIG_HOME/mqdeck/config.yaml, else ~/.config/mqdeck/config.yaml; none is
 * fine. It is a YAML mapping of long option names to values, plus
 *     credentials:            # secrets that hold what the brokers of a cluster want: username and password, ca.crt,
 *       NAMESPACE/CLUSTER: SECRET    # user.crt and user.key (or tls.crt and tls.key), mechanism
 *     brokers:                # what runs in a StatefulSet or another workload, where mqdeck takes it for something else
 *       NAMESPACE/NAME: kafka|rabbitmq|none
 * The command line wins over the file. */
#ifndef MQDECK_CONFIG_H
#define MQDECK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "api/base/err.h"

enum config_option_type {
	CONFIG_OPTION_FLAG,
	CONFIG_OPTION_TEXT,
	CONFIG_OPTION_LIST,
	CONFIG_OPTION_DURATION,
	CONFIG_OPTION_CHOICE
};
enum config_option_where { CONFIG_OPTION_FILE, CONFIG_OPTION_CMDLINE };

enum config_option_id {
#define X(id, name, letter, type, standard, argument, where, help) CONFIG_OPT_##id,
#include "api/config/options.def"
#undef X
	CONFIG_OPTION_COUNT
};

struct config_option_spec {
	const char *name;
	int letter; /* 0 = none */
	enum config_option_type type;
	const char *standard; /* default as text, NULL = unset */
	const char *argument; /* name for help; the words of a CHOICE */
	enum config_option_where where;
	const char *help;
};

const struct config_option_spec *config_option_spec(enum config_option_id id);

struct config;

struct config *config_create(void);
void config_destroy(struct config *config); /* NULL is fine */

/* Options may stand anywhere among the words; "--" ends them. The words that are no options go to *words (pointers
 * into argv, *words is freed by the caller). USAGE errors name the option. */
bool config_parse_arguments(struct config *config, int argc, char **argv, char ***words, size_t *word_count,
			    struct err *err) MUST_USE;
/* path NULL = the usual places. CONFIG errors name file, line and column. Values already set stay. */
bool config_load_file(struct config *config, const char *path, struct err *err) MUST_USE;
/* For fuzzing and tests: the text of a file. */
bool config_parse_file_text(struct config *config, const char *name, const char *text, size_t len,
			    struct err *err) MUST_USE;

bool config_is_set(const struct config *config, enum config_option_id id);
bool config_flag(const struct config *config, enum config_option_id id);
const char *config_text(const struct config *config,
			enum config_option_id id); /* NULL when unset and without default */
int64_t config_duration_ms(const struct config *config, enum config_option_id id);
const char *const *config_list(const struct config *config,
			       enum config_option_id id); /* NULL-terminated, NULL when empty */

/* The secret named for a cluster in the file, or NULL. */
const char *config_credentials_secret(const struct config *config, const char *namespace, const char *cluster);

/* "kafka", "rabbitmq" or "none" where the file says what the workload runs, else NULL. */
const char *config_broker_kind(const struct config *config, const char *namespace, const char *name);

/* How a context looks, or NULL: `contexts: {NAME: {theme: …, accent: …}}`. */
const char *config_context_theme(const struct config *config, const char *context);
const char *config_context_accent(const struct config *config, const char *context);

/* Writes the options' part of --help. */
void config_print_options(FILE *out);

#endif
