#include "tests/unit/unit.h"

#include "api/config/config.h"

static bool parse(struct config *config, const char *const *given, char ***words, size_t *count, struct err *err)
{
	static char name[] = "mqdeck";
	char *argv[16] = {name};
	int argc = 1;
	for (; given[argc - 1]; argc++)
		argv[argc] = (char *)given[argc - 1];
	return config_parse_arguments(config, argc, argv, words, count, err);
}

static void options_stand_anywhere(void **state)
{
	struct config *config = config_create();
	struct err err = {0};
	char **words;
	size_t count;
	const char *const given[] = {
		"--demo",     "get", "brokers",           "-o",     "json", "--as-group", "a", "-A",
		"--as-group", "b",   "--request-timeout", "1500ms", NULL};
	assert_true(parse(config, given, &words, &count, &err));
	assert_int_equal(count, 2);
	assert_string_equal(words[1], "brokers");
	assert_true(config_flag(config, CONFIG_OPT_DEMO));
	assert_true(config_flag(config, CONFIG_OPT_ALL_NAMESPACES));
	assert_false(config_flag(config, CONFIG_OPT_READONLY));
	assert_string_equal(config_text(config, CONFIG_OPT_OUTPUT), "json");
	assert_string_equal(config_list(config, CONFIG_OPT_AS_GROUP)[1], "b");
	assert_null(config_list(config, CONFIG_OPT_AS_GROUP)[2]);
	assert_int_equal(config_duration_ms(config, CONFIG_OPT_REQUEST_TIMEOUT), 1500);
	assert_int_equal(config_duration_ms(config, CONFIG_OPT_SETTLE_TIMEOUT), 15000);
	free(words);
	config_destroy(config);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *given[3];
		const char *sentence;
	} cases[] = {
		{{"--nope"}, "unknown option --nope; see mqdeck --help"},
		{{"--context"}, "--context requires a value; see mqdeck --help"},
		{{"-o", "xml"}, "the command line: output must be one of text|table|wide|json|yaml, not \"xml\""},
		{{"--request-timeout", "soon"},
		 "the command line: request-timeout must be a duration such as 500ms, 10s or 2m, not \"soon\""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config *config = config_create();
		struct err err = {0};
		char **words;
		size_t count;
		assert_false(parse(config, cases[i].given, &words, &count, &err));
		assert_int_equal(err.code, ERR_USAGE);
		assert_string_equal(err.text, cases[i].sentence);
		config_destroy(config);
	}
}

static bool load(struct config *config, const char *text, struct err *err)
{
	return config_parse_file_text(config, "config.yaml", text, strlen(text), err);
}

static void the_command_line_wins_over_the_file(void **state)
{
	struct config *config = config_create();
	struct err err = {0};
	char **words;
	size_t count;
	const char *const given[] = {"--context", "near", NULL};
	assert_true(parse(config, given, &words, &count, &err));
	free(words);
	assert_true(load(config,
			 "context: far\nreadonly: true\ncredentials:\n  mq/rabbitmq: login\n"
			 "brokers:\n  mq/tool: none\n  mq/log: kafka\n",
			 &err));
	assert_string_equal(config_text(config, CONFIG_OPT_CONTEXT), "near");
	assert_true(config_flag(config, CONFIG_OPT_READONLY));
	assert_string_equal(config_credentials_secret(config, "mq", "rabbitmq"), "login");
	assert_null(config_credentials_secret(config, "mq", "other"));
	assert_string_equal(config_broker_kind(config, "mq", "tool"), "none");
	assert_string_equal(config_broker_kind(config, "mq", "log"), "kafka");
	assert_null(config_broker_kind(config, "mq", "other"));
	config_destroy(config);
}

static void a_context_may_look_like_none_other(void **state)
{
	struct config *config = config_create();
	struct err err = {0};
	assert_true(load(config, "theme: dark\ncontexts:\n  prod-eu: {theme: light, accent: \"#ff0000\"}\n  dev: {}\n",
			 &err));
	assert_string_equal(config_text(config, CONFIG_OPT_THEME), "dark");
	assert_string_equal(config_context_theme(config, "prod-eu"), "light");
	assert_string_equal(config_context_accent(config, "prod-eu"), "#ff0000");
	assert_null(config_context_theme(config, "dev"));
	assert_null(config_context_accent(config, "other"));
	config_destroy(config);
}

static void a_wrong_file_names_its_place(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"ascii: true\n  bad: [", "config.yaml:2:6: mapping values are not allowed in this context"},
		{"colour: pink\n", "config.yaml:1: colour must be one of auto|true|256|16|none, not \"pink\""},
		{"nope: 1\n", "config.yaml:1:1: unknown option \"nope\"; `mqdeck --help` lists them"},
		{"- a\n", "config.yaml:1:1: expected `option: value` lines"},
		{"as: admin\n", "config.yaml:1:1: unknown option \"as\"; `mqdeck --help` lists them"},
		{"contexts: 7\n", "config.yaml:1:11: contexts must map context names to theme and accent"},
		{"contexts:\n  prod: red\n", "config.yaml:2:9: a context must map theme and accent to plain values"},
		{"contexts:\n  prod: {colour: red}\n",
		 "config.yaml:2:10: a context must map theme and accent to plain values"},
		{"brokers: {a/b: redis}\n", "config.yaml:1:11: expected NAMESPACE/NAME: kafka, rabbitmq or none"},
		{"ascii: true\nread-only: true\nascii: false\n", "config.yaml:3:1: ascii is already set on line 1"},
		{"contexts:\n  prod: {accent: red}\n  prod: {accent: blue}\n",
		 "config.yaml:3:3: prod is already set on line 2"},
		{"credentials: {a: b}\n", "config.yaml:1:15: expected NAMESPACE/CLUSTER: SECRET"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config *config = config_create();
		struct err err = {0};
		assert_false(load(config, cases[i].text, &err));
		assert_string_equal(err.text, cases[i].sentence);
		config_destroy(config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(the_command_line_wins_over_the_file),
		cmocka_unit_test(a_context_may_look_like_none_other),
		cmocka_unit_test(a_wrong_file_names_its_place),
	};
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
