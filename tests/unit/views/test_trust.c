#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/str.h"
#include "views/console/catalogue.h"

/* A real plugin, a real kubeconfig, the embedded cluster, and the console without a terminal. */
struct place {
	char folder[64], kubeconfig[96], program[96], marker[96];
	struct clock clock;
	struct loop *loop;
	struct demo *demo;
	struct config *config;
	struct app *app;
	struct terminal *terminal;
};

static void write_file(const char *path, mode_t mode, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void write_kubeconfig(struct place *place)
{
	CLEANUP(free)
	char *text = str_printf(
		"apiVersion: v1\nkind: Config\ncurrent-context: here\n"
		"clusters: [{name: c, cluster: {server: '%s'}}]\n"
		"contexts: [{name: here, context: {cluster: c, user: jane}}]\n"
		"users:\n- name: jane\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
		"      command: ./plugin\n      args: [get-token, 'two words']\n      interactiveMode: Never\n"
		"      env: [{name: PROFILE, value: canary-value}]\n",
		demo_url(place->demo));
	write_file(place->kubeconfig, 0600, text);
}

static void configure(struct place *place, const char *option)
{
	char name[] = "mqdeck", flag[] = "--kubeconfig", more[32];
	snprintf(more, sizeof more, "%s", str_or(option, ""));
	char *argv[] = {name, flag, place->kubeconfig, more};
	CLEANUP(free) char **words = NULL;
	size_t count = 0;
	struct err err = {0};
	config_destroy(place->config);
	place->config = config_create();
	if (!config_parse_arguments(place->config, option ? 4 : 3, argv, &words, &count, &err))
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	struct place *place = mem_alloc(sizeof *place);
	struct err err = {0};
	snprintf(place->folder, sizeof place->folder, "/tmp/mqdeck-trust-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->kubeconfig, sizeof place->kubeconfig, "%s/config", place->folder);
	snprintf(place->program, sizeof place->program, "%s/plugin", place->folder);
	snprintf(place->marker, sizeof place->marker, "%s/ran", place->folder);
	setenv("XDG_STATE_HOME", place->folder, 1);
	place->clock = clock_real();
	place->loop = loop_create(&place->clock);
	place->demo = demo_start(place->loop, &(struct demo_options){.quiet = true}, &err);
	assert_non_null(place->demo);
	write_kubeconfig(place);
	CLEANUP(free)
	char *script = str_printf("#!/bin/sh\necho ran >>%s\n"
				  "echo "
				  "'{\"apiVersion\":\"client.authentication.k8s.io/"
				  "v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\"}}'\n",
				  place->marker);
	write_file(place->program, 0700, script);
	configure(place, NULL);
	*state = place;
	return 0;
}

static void leave(struct place *place)
{
	app_destroy(place->app);
	terminal_close(place->terminal);
	place->app = NULL;
	place->terminal = NULL;
}

static int teardown(void **state)
{
	struct place *place = *state;
	CLEANUP(free) char *command = str_printf("rm -rf %s", place->folder);
	leave(place);
	config_destroy(place->config);
	demo_destroy(place->demo);
	loop_destroy(place->loop);
	assert_int_equal(system(command), 0);
	free(place);
	return 0;
}

static void start(struct place *place)
{
	leave(place);
	place->app = app_create(place->loop, place->config, NULL, &console_catalogue);
	place->terminal = terminal_open_headless(place->loop, 24, 120, false, app_event, place->app);
	app_start(place->app, place->terminal, NULL);
}

static void press(struct place *place, const char *name)
{
	struct event event = {.type = EVENT_KEY};
	assert_true(key_parse(name, &event.key));
	app_event(place->app, &event);
}

static bool shows(const struct place *place, const char *part)
{
	struct buf text = BUF_INIT(1 << 20);
	canvas_append_text(app_screen(place->app), &text);
	bool found = strstr(buf_str(&text), part) != NULL;
	buf_finish(&text);
	return found;
}

static void wait_for(struct place *place, const char *part)
{
	for (int i = 0; i < 400 && !shows(place, part); i++)
		loop_run(place->loop, 25, NULL);
	if (!shows(place, part)) {
		struct buf text = BUF_INIT(1 << 20);
		canvas_append_text(app_screen(place->app), &text);
		fail_msg("no \"%s\" in\n%s", part, buf_str(&text));
	}
}

static bool has_run(const struct place *place)
{
	return access(place->marker, F_OK) == 0;
}

static void changed(void *data)
{
}

static struct session *open_alone(struct place *place, struct err *err)
{
	struct session_place read;
	struct session_events events = {.on_change = changed};
	assert_true(session_place_read(&read, place->config, NULL, NULL, err));
	return session_open(place->loop, place->config, &read, &events, err);
}

static void nothing_runs_before_the_answer_and_no_is_said(void **state)
{
	struct place *place = *state;
	start(place);
	wait_for(place, "Run a credential plugin?");
	assert_true(shows(place, "plugin get-token 'two words'"));
	assert_true(shows(place, "PROFILE"));
	assert_true(shows(place, place->kubeconfig));
	assert_true(shows(place, "jane"));
	assert_false(shows(place, "canary-value"));
	loop_run(place->loop, 300, NULL);
	assert_false(has_run(place));
	press(place, "Enter"); /* what has the focus changes nothing */
	wait_for(place, "Cannot reach here: you declined to run ");
	loop_run(place->loop, 300, NULL);
	assert_false(has_run(place));
}

static void this_time_is_not_remembered(void **state)
{
	struct place *place = *state;
	start(place);
	wait_for(place, "Run a credential plugin?");
	press(place, "Tab");
	press(place, "Enter");
	wait_for(place, "orders-0");
	assert_true(has_run(place));
	unlink(place->marker);
	start(place);
	wait_for(place, "Run a credential plugin?");
	assert_false(has_run(place));
}

static void always_is_remembered_until_something_changes(void **state)
{
	struct place *place = *state;
	struct err err = {0};
	start(place);
	wait_for(place, "Run a credential plugin?");
	press(place, "Tab");
	press(place, "Tab");
	press(place, "Enter");
	wait_for(place, "orders-0");
	unlink(place->marker);
	start(place);
	wait_for(place, "orders-0");
	assert_true(has_run(place));
	leave(place);
	unlink(place->marker);
	write_file(place->program, 0700, "#!/bin/sh\ntouch \"$0.changed\"\n");
	start(place);
	wait_for(place, "Run a credential plugin?");
	assert_null(open_alone(place, &err));
}

static void without_a_person_it_is_refused_unless_told(void **state)
{
	struct place *place = *state;
	struct err err = {0};
	assert_null(open_alone(place, &err));
	assert_int_equal(err.code, ERR_REFUSED);
	assert_non_null(strstr(err.text, "--trust-exec"));
	assert_non_null(strstr(err.text, place->kubeconfig));
	assert_false(has_run(place));
	configure(place, "--trust-exec");
	struct session *session = open_alone(place, &err);
	assert_non_null(session);
	for (int i = 0; i < 200 && !has_run(place); i++)
		loop_run(place->loop, 25, NULL);
	assert_true(has_run(place));
	session_close(session);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_runs_before_the_answer_and_no_is_said),
		TEST(this_time_is_not_remembered),
		TEST(always_is_remembered_until_something_changes),
		TEST(without_a_person_it_is_refused_unless_told),
	};
	return cmocka_run_group_tests_name("views/trust", tests, NULL, NULL);
}
