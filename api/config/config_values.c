/* The values by option and type. Text becomes a flag, a time or a list here, whichever of command line and file it came
 * from, so both say the same of a wrong one. */
#include "api/config/config_private.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/map.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"

struct config_value {
	bool set;
	char *text;
	int64_t number;   /* flag or milliseconds */
	VEC(char *) list; /* NULL-terminated when not empty */
};

struct config {
	struct config_value values[CONFIG_OPTION_COUNT];
	struct map credentials;     /* "namespace/cluster" → secret name, owned */
	struct map brokers;         /* "namespace/name" → kind, owned */
	struct map themes, accents; /* by context, owned */
};

static void finish_texts(struct map *map)
{
	for (struct map_entry *e = map_next(map, NULL); e; e = map_next(map, e))
		free(e->value);
	map_finish(map);
}

struct config *config_create(void)
{
	return mem_alloc(sizeof(struct config));
}

void config_destroy(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
		free(config->values[i].text);
		vec_each (&config->values[i].list, item)
			free(*item);
		vec_finish(&config->values[i].list);
	}
	finish_texts(&config->credentials);
	finish_texts(&config->brokers);
	finish_texts(&config->themes);
	finish_texts(&config->accents);
	free(config);
}

/* "10s", "500ms", "2m", "1h", "3" (seconds). */
static bool config_parse_duration(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
	size_t digits = strspn(text, "0123456789.");
	CLEANUP(free) char *number = mem_strndup(text, digits);
	double value;
	if (!str_to_double(number, &value) || value > 1e9)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_eq(text + digits, units[i].unit)) {
			*ms = (int64_t)(value * (double)units[i].ms + 0.5);
			return true;
		}
	}
	return false;
}

static bool parse_flag(const char *value, int64_t *out)
{
	bool yes = !value || str_eq(value, "true") || str_eq(value, "yes");
	*out = yes;
	return yes || str_eq(value, "false") || str_eq(value, "no");
}

bool config_set(struct config *config, enum config_option_id id, const char *value, const char *origin, struct err *err)
{
	const struct config_option_spec *spec = config_option_spec(id);
	struct config_value *slot = &config->values[id];
	bool ok = true;
	if (spec->type == CONFIG_OPTION_FLAG) {
		ok = parse_flag(value, &slot->number) ||
		     err_set(err, ERR_USAGE, "%s: %s must be true or false, not \"%s\"", origin, spec->name, value);
	} else if (spec->type == CONFIG_OPTION_DURATION) {
		ok = config_parse_duration(value, &slot->number) ||
		     err_set(err, ERR_USAGE, "%s: %s must be a duration such as 500ms, 10s or 2m, not \"%s\"", origin,
			     spec->name, value);
	} else if (spec->type == CONFIG_OPTION_CHOICE && !str_has_word(spec->argument, '|', value)) {
		ok = err_set(err, ERR_USAGE, "%s: %s must be one of %s, not \"%s\"", origin, spec->name, spec->argument,
			     value);
	}
	if (!ok)
		return false;
	slot->set = true;
	if (spec->type == CONFIG_OPTION_LIST) {
		if (slot->list.len)
			slot->list.len--;
		vec_push(&slot->list, mem_strdup(value));
		vec_push(&slot->list, NULL);
	} else if (value) {
		free(slot->text);
		slot->text = mem_strdup(value);
	}
	return true;
}

void config_add_credentials(struct config *config, const char *cluster, const char *secret)
{
	free(map_set(&config->credentials, cluster, mem_strdup(secret)));
}

bool config_add_broker(struct config *config, const char *workload, const char *kind)
{
	if (!str_eq(kind, "kafka") && !str_eq(kind, "rabbitmq") && !str_eq(kind, "none"))
		return false;
	free(map_set(&config->brokers, workload, mem_strdup(kind)));
	return true;
}

bool config_is_set(const struct config *config, enum config_option_id id)
{
	return config->values[id].set;
}

bool config_flag(const struct config *config, enum config_option_id id)
{
	return config->values[id].set && config->values[id].number;
}

const char *config_text(const struct config *config, enum config_option_id id)
{
	return config->values[id].set ? config->values[id].text : config_option_spec(id)->standard;
}

int64_t config_duration_ms(const struct config *config, enum config_option_id id)
{
	int64_t ms = config->values[id].number;
	if (!config->values[id].set && !config_parse_duration(config_option_spec(id)->standard, &ms))
		return 0;
	return ms;
}

const char *const *config_list(const struct config *config, enum config_option_id id)
{
	return (const char *const *)config->values[id].list.items;
}

const char *config_credentials_secret(const struct config *config, const char *namespace, const char *cluster)
{
	CLEANUP(free) char *key = str_printf("%s/%s", namespace, cluster);
	return map_get(&config->credentials, key);
}

const char *config_broker_kind(const struct config *config, const char *namespace, const char *name)
{
	CLEANUP(free) char *key = str_printf("%s/%s", namespace, name);
	return map_get(&config->brokers, key);
}

bool config_add_context(struct config *config, const char *context, const char *setting, const char *value)
{
	struct map *map = str_eq(setting, "theme")    ? &config->themes
			  : str_eq(setting, "accent") ? &config->accents
						      : NULL;
	if (map)
		free(map_set(map, context, mem_strdup(value)));
	return map;
}

const char *config_context_theme(const struct config *config, const char *context)
{
	return map_get(&config->themes, context);
}

const char *config_context_accent(const struct config *config, const char *context)
{
	return map_get(&config->accents, context);
}
