/* Parses label and field selectors and tests objects against them; what cannot be parsed is refused as a real API
 * server refuses it. */
#include "api/demo/kube/selector.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t");
}

/* Reads up to a separator; NULL when nothing is there. */
static char *selector_read_word(const char **at)
{
	const char *start = skip_space(*at);
	size_t len = strcspn(start, " \t,=!()");
	*at = skip_space(start + len);
	return len ? mem_strndup(start, len) : NULL;
}

static bool read_set(const char **at, struct demo_kube_selector_term *term)
{
	if (**at != '(')
		return false;
	(*at)++;
	for (;;) {
		char *value = selector_read_word(at);
		vec_push(&term->values, value ? value : mem_strdup(""));
		if (**at == ')') {
			*at = skip_space(*at + 1);
			return true;
		}
		if (**at != ',' || term->values.len >= DEMO_KUBE_SELECTOR_VALUES_MAX)
			return false;
		(*at)++;
	}
}

/* key=value, key==value, key!=value */
static bool read_equality(const char **at, struct demo_kube_selector_term *term)
{
	bool negative = **at == '!';
	if (negative && (*at)[1] != '=')
		return false;
	*at += negative || (*at)[1] == '=' ? 2 : 1;
	term->op = negative ? DEMO_KUBE_SELECT_NOT_IN : DEMO_KUBE_SELECT_IN;
	char *value = selector_read_word(at);
	vec_push(&term->values, value ? value : mem_strdup(""));
	return true;
}

static bool read_term(const char **at, struct demo_kube_selector_term *term)
{
	*at = skip_space(*at);
	if (**at == '!' && (*at)[1] != '=') {
		(*at)++;
		term->op = DEMO_KUBE_SELECT_ABSENT;
		term->key = selector_read_word(at);
		return term->key != NULL;
	}
	term->key = selector_read_word(at);
	if (!term->key)
		return false;
	if (**at == '\0' || **at == ',') {
		term->op = DEMO_KUBE_SELECT_EXISTS;
		return !term->is_field;
	}
	if (**at == '=' || **at == '!')
		return read_equality(at, term);
	CLEANUP(free) char *word = selector_read_word(at);
	term->op = str_eq(word, "notin") ? DEMO_KUBE_SELECT_NOT_IN : DEMO_KUBE_SELECT_IN;
	return (str_eq(word, "in") || str_eq(word, "notin")) && !term->is_field && read_set(at, term);
}

static bool read_terms(const char *text, bool is_field, struct demo_kube_selector *out)
{
	const char *at = skip_space(text);
	while (*at) {
		if (out->terms.len >= DEMO_KUBE_SELECTOR_TERMS_MAX)
			return false;
		vec_push(&out->terms, (struct demo_kube_selector_term){.is_field = is_field});
		if (!read_term(&at, &out->terms.items[out->terms.len - 1]))
			return false;
		if (*at == ',')
			at++;
		else if (*at)
			return false;
	}
	return true;
}

bool demo_kube_selector_parse(const char *labels, const char *fields, struct demo_kube_selector *out, struct err *err)
{
	*out = (struct demo_kube_selector){0};
	const char *bad = NULL;
	if (labels && !read_terms(labels, false, out))
		bad = labels;
	else if (fields && !read_terms(fields, true, out))
		bad = fields;
	if (!bad)
		return true;
	demo_kube_selector_finish(out);
	return err_set(err, ERR_PARSE, "unable to parse the selector \"%s\"", bad);
}

void demo_kube_selector_finish(struct demo_kube_selector *selector)
{
	vec_each (&selector->terms, term) {
		vec_each (&term->values, value)
			free(*value);
		vec_finish(&term->values);
		free(term->key);
	}
	vec_finish(&selector->terms);
}

static const char *field_value(const cJSON *object, const char *path, char number[static 32])
{
	const cJSON *at = demo_json_at(object, path);
	if (cJSON_IsString(at))
		return at->valuestring;
	if (cJSON_IsBool(at))
		return cJSON_IsTrue(at) ? "true" : "false";
	if (cJSON_IsNumber(at)) {
		snprintf(number, 32, "%.0f", at->valuedouble);
		return number;
	}
	return str_has_prefix(path, "spec.unschedulable") ? "false" : "";
}

static bool term_matches(const struct demo_kube_selector_term *term, const cJSON *object, const cJSON *labels)
{
	char number[32];
	const char *value = term->is_field ? field_value(object, term->key, number)
					   : cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(labels, term->key));
	if (term->op == DEMO_KUBE_SELECT_EXISTS || term->op == DEMO_KUBE_SELECT_ABSENT)
		return (value != NULL) == (term->op == DEMO_KUBE_SELECT_EXISTS);
	bool found = false;
	vec_each (&term->values, wanted)
		found = found || str_eq(*wanted, value);
	return found == (term->op == DEMO_KUBE_SELECT_IN);
}

bool demo_kube_selector_matches(const struct demo_kube_selector *selector, const cJSON *object)
{
	const cJSON *labels = demo_json_at(object, "metadata.labels");
	vec_each (&selector->terms, term) {
		if (!term_matches(term, object, labels))
			return false;
	}
	return true;
}

bool demo_kube_selector_labels_match(const cJSON *wanted, const cJSON *object)
{
	const cJSON *labels = demo_json_at(object, "metadata.labels");
	const cJSON *pair;
	if (!wanted || !wanted->child)
		return false;
	cJSON_ArrayForEach(pair, wanted)
	{
		const cJSON *label = cJSON_GetObjectItemCaseSensitive(labels, pair->string);
		if (!cJSON_IsString(label) || !str_eq(label->valuestring, pair->valuestring))
			return false;
	}
	return true;
}
