/* Several contexts at once: embedded clusters beside a port that nobody listens on, one that accepts and says nothing, and
 * kubeconfig entries that need somebody or are wrong. */
#include "tests/unit/unit.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/buf.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "views/console/catalogue.h"
#include "views/fleet/fleet_rows.h"

enum { DEMOS = 2, PATIENCE_MS = 60 * 1000 };

struct scene {
	char folder[64], kubeconfig[96], program[96], marker[96];
	struct clock clock;
	struct loop *loop;
	struct demo *demos[DEMOS];
	int silent_fd;
	uint16_t silent_port, dead_port;
	struct config *config;
	struct fleet *fleet;
	struct fleet_rows rows;
	size_t changes;
	struct app *app;
	struct terminal *terminal;
};

static int listen_silently(uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void write_text(const char *path, mode_t mode, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void write_contexts(struct scene *scene)
{
	CLEANUP(free)
	char *text =
		str_printf("apiVersion: v1\nkind: Config\ncurrent-context: dead\n"
			   "clusters:\n"
			   "- {name: one, cluster: {server: '%s'}}\n- {name: two, cluster: {server: '%s'}}\n"
			   "- {name: dead, cluster: {server: 'http://127.0.0.1:%u'}}\n"
			   "- {name: silent, cluster: {server: 'http://127.0.0.1:%u'}}\n"
			   "- {name: denied, cluster: {server: '%sx'}}\n"
			   "contexts:\n"
			   "- {name: dead, context: {cluster: dead, user: u}}\n"
			   "- {name: one, context: {cluster: one, user: u}}\n"
			   "- {name: silent, context: {cluster: silent, user: u}}\n"
			   "- {name: typed, context: {cluster: one, user: typed}}\n"
			   "- {name: unapproved, context: {cluster: one, user: unapproved}}\n"
			   "- {name: wrong, context: {cluster: nowhere, user: u}}\n"
			   "- {name: denied, context: {cluster: denied, user: u}}\n"
			   "- {name: two, context: {cluster: two, user: u, namespace: staging}}\n"
			   "users:\n- name: u\n  user: {}\n"
			   "- name: typed\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
			   "      command: ./plugin\n      interactiveMode: Always\n"
			   "- name: unapproved\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
			   "      command: ./plugin\n      interactiveMode: Never\n",
			   demo_url(scene->demos[0]), demo_url(scene->demos[1]), scene->dead_port, scene->silent_port,
			   demo_url(scene->demos[0]));
	write_text(scene->kubeconfig, 0600, text);
	CLEANUP(free) char *script = str_printf("#!/bin/sh\necho ran >>%s\nexit 1\n", scene->marker);
	write_text(scene->program, 0700, script);
}

static int setup(void **state)
{
	struct scene *scene = mem_alloc(sizeof *scene);
	struct err err = {0};
	*state = scene;
	snprintf(scene->folder, sizeof scene->folder, "/tmp/mqdeck-fleet-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->kubeconfig, sizeof scene->kubeconfig, "%s/config", scene->folder);
	snprintf(scene->program, sizeof scene->program, "%s/plugin", scene->folder);
	snprintf(scene->marker, sizeof scene->marker, "%s/ran", scene->folder);
	setenv("XDG_STATE_HOME", scene->folder, 1);
	scene->clock = clock_real();
	scene->loop = loop_create(&scene->clock);
	for (size_t i = 0; i < DEMOS; i++) {
		scene->demos[i] = demo_start(scene->loop, &(struct demo_options){.quiet = true, .seed = i + 1}, &err);
		assert_non_null(scene->demos[i]);
	}
	close(listen_silently(&scene->dead_port));
	scene->silent_fd = listen_silently(&scene->silent_port);
	write_contexts(scene);
	char name[] = "mqdeck", flag[] = "--kubeconfig", fleet[] = "--fleet";
	char *argv[] = {name, flag, scene->kubeconfig, fleet};
	CLEANUP(free) char **words = NULL;
	size_t count = 0;
	scene->config = config_create();
	assert_true(config_parse_arguments(scene->config, 4, argv, &words, &count, &err));
	fleet_rows_init(&scene->rows, FLEET_BOARD);
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;
	CLEANUP(free) char *command = str_printf("rm -rf %s", scene->folder);
	app_destroy(scene->app);
	terminal_close(scene->terminal);
	fleet_close(scene->fleet);
	fleet_rows_finish(&scene->rows);
	config_destroy(scene->config);
	for (size_t i = 0; i < DEMOS; i++)
		demo_destroy(scene->demos[i]);
	close(scene->silent_fd);
	loop_destroy(scene->loop);
	assert_int_equal(system(command), 0);
	free(scene);
	return 0;
}

static void fleet_told(void *data)
{
	((struct scene *)data)->changes++;
}

static bool try_open(struct scene *scene, const char *const *contexts, size_t count, struct err *err)
{
	scene->fleet = fleet_open(&(struct fleet_options){.loop = scene->loop,
							  .config = scene->config,
							  .contexts = contexts,
							  .context_count = count,
							  .on_change = fleet_told,
							  .data = scene},
				  err);
	return scene->fleet != NULL;
}

static void open_all(struct scene *scene)
{
	struct err err = {0};
	assert_true(try_open(scene, NULL, 0, &err));
}

static const struct fleet_member *member_of(const struct scene *scene, const char *context)
{
	for (size_t i = 0; i < fleet_count(scene->fleet); i++)
		if (str_eq(fleet_member_at(scene->fleet, i)->context, context))
			return fleet_member_at(scene->fleet, i);
	fail_msg("no context %s", context);
	return NULL;
}

/* Runs until the context is so, and has as many clusters. */
static void wait_until(struct scene *scene, const char *context, enum fleet_link link, size_t clusters)
{
	const struct fleet_member *member = member_of(scene, context);
	for (int64_t end = loop_now_ms(scene->loop) + PATIENCE_MS; loop_now_ms(scene->loop) < end;) {
		loop_run(scene->loop, 20, NULL);
		fleet_update(scene->fleet);
		if (member->link == link && (member->world ? member->world->cluster_count : 0) == clusters)
			return;
	}
	fail_msg("%s is %s: %s", context, fleet_link_word(member->link), member->err.text);
}

static const char *rows_of(struct scene *scene, struct buf *out)
{
	struct fleet_row row;
	char text[2048];
	buf_clear(out);
	fleet_update(scene->fleet);
	fleet_rows_collect(&scene->rows, scene->fleet, clock_wall_ms(&scene->clock), loop_now_ms(scene->loop));
	for (size_t i = 0; i < scene->rows.positions.len; i++) {
		fleet_rows_fill(&scene->rows, i, &row);
		for (size_t c = 0; c < scene->rows.sheet.column_count; c++) {
			if (c == 2)
				continue; /* ages */
			struct cell cell = fleet_rows_cell(&row, c);
			cell_format(&cell, text, sizeof text, true);
			buf_printf(out, "%s%s", c ? "|" : "", text);
		}
		buf_append_char(out, '\n');
	}
	return buf_str(out);
}

static size_t place_of(const char *rows, const char *line)
{
	const char *at = strstr(rows, line);
	if (at)
		return (size_t)(at - rows);
	print_error("no \"%s\" in\n%s", line, str_or(rows, ""));
	fail();
	return 0;
}

static void who_answers_is_there_at_once_whoever_else_does_not(void **state)
{
	struct scene *scene = *state;
	struct buf text = BUF_INIT(1 << 20);
	open_all(scene);
	assert_int_equal(fleet_count(scene->fleet), 8);
	assert_int_equal(member_of(scene, "two")->link, FLEET_CONNECTING); /* nothing was waited for */
	wait_until(scene, "one", FLEET_LIVE, 4);
	wait_until(scene, "two", FLEET_LIVE, 2); /* the context's namespace */
	wait_until(scene, "dead", FLEET_UNREACHABLE, 0);
	wait_until(scene, "silent", FLEET_UNREACHABLE, 0);
	const char *rows = rows_of(scene, &text);
	place_of(rows, "dead|no answer|");
	place_of(rows, "silent|no answer|");
	assert_true(place_of(rows, "one|live|orders|") > 0);
	assert_true(place_of(rows, "two|live|logs|") > 0);
	assert_non_null(strstr(rows, "no answer yet: "));
	assert_true(scene->changes > 0);
	buf_finish(&text);
}

static void what_needs_somebody_waits_and_runs_nothing(void **state)
{
	struct scene *scene = *state;
	struct buf text = BUF_INIT(1 << 20);
	open_all(scene);
	wait_until(scene, "two", FLEET_LIVE, 2);
	assert_int_equal(member_of(scene, "typed")->link, FLEET_SIGN_IN);
	assert_int_equal(member_of(scene, "unapproved")->link, FLEET_SIGN_IN);
	assert_int_equal(member_of(scene, "wrong")->link, FLEET_REFUSED);
	assert_null(member_of(scene, "typed")->session);
	const char *rows = rows_of(scene, &text);
	place_of(rows, "typed|sign-in|");
	place_of(rows, "unapproved|sign-in|");
	place_of(rows, "wrong|refused|");
	assert_non_null(strstr(rows, "waits for a sign-in"));
	loop_run(scene->loop, 300, NULL);
	assert_int_equal(access(scene->marker, F_OK), -1);
	buf_finish(&text);
}

static void who_tells_nothing_is_not_taken_for_empty(void **state)
{
	struct scene *scene = *state;
	struct buf text = BUF_INIT(1 << 20);
	const char *const contexts[] = {"two", "denied"};
	struct fleet_row row;
	struct err err = {0};
	assert_true(try_open(scene, contexts, ARRAY_LEN(contexts), &err));
	wait_until(scene, "denied", FLEET_LIVE, 0);
	wait_until(scene, "two", FLEET_LIVE, 2);
	for (int i = 0; i < 2000 && !fleet_settled(scene->fleet); i++)
		loop_run(scene->loop, 10, NULL);
	const char *rows = rows_of(scene, &text);
	assert_ptr_equal(strstr(rows, "denied|live|"), rows);
	assert_null(strstr(rows, "no RabbitMQ or Kafka"));
	assert_non_null(strstr(rows, "401"));
	fleet_rows_fill(&scene->rows, 0, &row);
	assert_int_equal(fleet_rows_severity(&row), SEV_WARN);
	buf_finish(&text);
}

static void nothing_can_be_changed_through_it_and_brokers_are_asked_seldom(void **state)
{
	struct scene *scene = *state;
	open_all(scene);
	wait_until(scene, "one", FLEET_LIVE, 4);
	const struct fleet_member *member = member_of(scene, "one");
	assert_true(kube_client_read_only(member->session->client));
	assert_null(member->session->ops);
	assert_null(member->session->plans_dir);
	for (int i = 0; i < 2000 && !fleet_member_settled(member); i++)
		loop_run(scene->loop, 10, NULL);
	assert_true(fleet_member_settled(member));
	fleet_update(scene->fleet);
	for (size_t i = 0; i < member->world->cluster_count; i++)
		assert_true(member->world->clusters[i]->pace_ms >= 10 * 1000);
}

static void the_worst_comes_first_and_what_is_lost_keeps_its_rows(void **state)
{
	struct scene *scene = *state;
	struct buf text = BUF_INIT(1 << 20);
	const char *const contexts[] = {"two", "dead", "one"};
	struct err err = {0};
	assert_true(try_open(scene, contexts, ARRAY_LEN(contexts), &err));
	wait_until(scene, "one", FLEET_LIVE, 4);
	wait_until(scene, "two", FLEET_LIVE, 2);
	wait_until(scene, "dead", FLEET_UNREACHABLE, 0);
	for (int i = 0; i < 2000 && !fleet_settled(scene->fleet); i++)
		loop_run(scene->loop, 10, NULL);
	assert_true(fleet_settled(scene->fleet));
	const char *rows = rows_of(scene, &text);
	assert_true(place_of(rows, "dead|no answer|") < place_of(rows, "one|live|events|"));
	demo_stop_api(scene->demos[0]);
	wait_until(scene, "one", FLEET_STALE, 4);
	rows = rows_of(scene, &text);
	place_of(rows, "one|stale|orders|");
	place_of(rows, "one|stale|||");
	assert_non_null(strstr(rows, "lost just now: "));
	assert_true(demo_start_api(scene->demos[0], &err));
	fleet_ask_again(scene->fleet);
	wait_until(scene, "one", FLEET_LIVE, 4);
	buf_finish(&text);
}

static void who_is_silent_is_settled_when_the_others_are_or_never(void **state)
{
	struct scene *scene = *state;
	const char *const contexts[] = {"silent", "dead"};
	struct err err = {0};
	assert_true(try_open(scene, contexts, ARRAY_LEN(contexts), &err));
	wait_until(scene, "dead", FLEET_UNREACHABLE, 0);
	assert_true(fleet_member_settled(member_of(scene, "dead")));
	wait_until(scene, "silent", FLEET_UNREACHABLE, 0);
	assert_false(fleet_member_settled(member_of(scene, "silent")));
	assert_int_equal(member_of(scene, "silent")->err.code, ERR_TIMEOUT);
}

static void which_contexts_is_checked_before_anything_is_asked(void **state)
{
	struct scene *scene = *state;
	const char *const unknown[] = {"one", "nowhere"}, *const all[] = {"all"}, *const twice[] = {"one", "one"};
	struct err err = {0};
	assert_false(try_open(scene, unknown, 2, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, "nowhere"));
	assert_true(try_open(scene, all, 1, &err));
	assert_int_equal(fleet_count(scene->fleet), 8);
	fleet_close(scene->fleet);
	assert_true(try_open(scene, twice, 2, &err));
	assert_int_equal(fleet_count(scene->fleet), 1);
}

static void more_than_can_be_looked_at_is_said(void **state)
{
	struct scene *scene = *state;
	struct buf text = BUF_INIT(1 << 20);
	struct err err = {0};
	buf_append_str(&text, "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'http://x'}}]\n"
			      "users: [{name: u, user: {}}]\ncontexts:\n");
	for (int i = 0; i <= FLEET_MAX; i++)
		buf_printf(&text, "- {name: c%d, context: {cluster: c, user: u}}\n", i);
	write_text(scene->kubeconfig, 0600, buf_str(&text));
	assert_false(try_open(scene, NULL, 0, &err));
	assert_non_null(strstr(err.text, "65 contexts"));
	buf_finish(&text);
}

/* ---- the board: twenty contexts, five of them dead or silent ---- */

enum { LIVING = 15, DEAD = 3, SILENT = 2, KEY_MS = 500 /* of a slow machine, with sanitizers */ };

static void write_twenty(struct scene *scene)
{
	struct buf text = BUF_INIT(1 << 20);
	buf_printf(&text,
		   "apiVersion: v1\nkind: Config\nclusters:\n"
		   "- {name: c0, cluster: {server: '%s'}}\n- {name: c1, cluster: {server: '%s'}}\n"
		   "- {name: dead, cluster: {server: 'http://127.0.0.1:%u'}}\n"
		   "- {name: silent, cluster: {server: 'http://127.0.0.1:%u'}}\n"
		   "users: [{name: u, user: {}}]\ncontexts:\n",
		   demo_url(scene->demos[0]), demo_url(scene->demos[1]), scene->dead_port, scene->silent_port);
	for (int i = 0; i < DEAD; i++)
		buf_printf(&text, "- {name: dead-%d, context: {cluster: dead, user: u}}\n", i);
	for (int i = 0; i < SILENT; i++)
		buf_printf(&text, "- {name: silent-%d, context: {cluster: silent, user: u}}\n", i);
	for (int i = 0; i < LIVING; i++)
		buf_printf(&text, "- {name: live-%02d, context: {cluster: c%d, user: u, namespace: %s}}\n", i,
			   i % DEMOS, i % 3 ? "prod" : "staging");
	write_text(scene->kubeconfig, 0600, buf_str(&text));
	buf_finish(&text);
}

static void start_board(struct scene *scene, int height, int width, bool ascii)
{
	scene->app = app_create(scene->loop, scene->config, NULL, &console_catalogue);
	scene->terminal = terminal_open_headless(scene->loop, height, width, ascii, app_event, scene->app);
	app_start(scene->app, scene->terminal, NULL);
}

static bool board_shows(const struct scene *scene, const char *part)
{
	struct buf text = BUF_INIT(1 << 20);
	canvas_append_text(app_screen(scene->app), &text);
	bool found = strstr(buf_str(&text), part) != NULL;
	buf_finish(&text);
	return found;
}

/* How long it held the loop. */
static int64_t press(struct scene *scene, const char *name)
{
	struct event event = {.type = EVENT_KEY};
	assert_true(key_parse(name, &event.key));
	int64_t began_us = clock_real_us();
	app_event(scene->app, &event);
	return (clock_real_us() - began_us) / 1000;
}

static void type(struct scene *scene, const char *text)
{
	char key[2] = {0};
	for (; *text; text++) {
		key[0] = *text;
		press(scene, *text == ' ' ? "Space" : key);
	}
}

static void wait_for(struct scene *scene, const char *part)
{
	for (int64_t end = loop_now_ms(scene->loop) + PATIENCE_MS; loop_now_ms(scene->loop) < end;) {
		if (board_shows(scene, part))
			return;
		loop_run(scene->loop, 20, NULL);
	}
	struct buf text = BUF_INIT(1 << 20);
	canvas_append_text(app_screen(scene->app), &text);
	print_error("no \"%s\" in\n%s", part, buf_str(&text));
	fail();
}

static void no_key_waits_for_any_of_twenty(void **state)
{
	struct scene *scene = *state;
	int64_t longest = 0;
	write_twenty(scene);
	start_board(scene, 60, 200, false);
	wait_for(scene, "20 contexts"); /* before anybody has answered */
	for (int64_t end = loop_now_ms(scene->loop) + PATIENCE_MS;
	     !board_shows(scene, "15 live, 5 no answer") && loop_now_ms(scene->loop) < end;) {
		static const char *const keys[] = {"j", "k", "Down", "G", "g"};
		for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
			int64_t ms = press(scene, keys[i]);
			longest = ms > longest ? ms : longest;
		}
		loop_run(scene->loop, 20, NULL);
	}
	wait_for(scene, "15 live, 5 no answer");
	assert_true(longest < KEY_MS);
	wait_for(scene, "live-14");
	assert_true(board_shows(scene, "dead-2"));
	assert_true(board_shows(scene, "connection refused by"));
	assert_true(board_shows(scene, "READ-ONLY"));
	assert_null(scene->app->session); /* nobody has gone in */
}

static void it_fits_small_terminals_filters_and_goes_in(void **state)
{
	struct scene *scene = *state;
	write_twenty(scene);
	start_board(scene, 24, 80, true);
	wait_for(scene, "15 live, 5 no answer");
	type(scene, "/live-07.*events");
	press(scene, "Enter");
	wait_for(scene, "(1 of ");
	wait_for(scene, "live-07");
	press(scene, "s"); /* of no operation */
	press(scene, "a");
	assert_false(board_shows(scene, "replicas="));
	press(scene, "Enter");
	wait_for(scene, "LIVE");
	assert_string_equal(session_context(scene->app->session), "live-07");
	struct selection selection;
	for (int i = 0; i < 2000 && !(app_top(scene->app)->class->selection(app_top(scene->app), &selection) &&
				      str_eq(selection.cluster, "prod/events/rabbitmq"));
	     i++)
		loop_run(scene->loop, 10, NULL);
	assert_string_equal(selection.cluster, "prod/events/rabbitmq");
	press(scene, "Esc");
	wait_for(scene, "20 contexts");
	type(scene, ":fleet dead-0 live-00");
	press(scene, "Enter");
	wait_for(scene, "2 contexts: 1 live, 1 no answer");
	assert_string_equal(session_context(scene->app->session), "live-07"); /* it stays as it is */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_answers_is_there_at_once_whoever_else_does_not),
		TEST(what_needs_somebody_waits_and_runs_nothing),
		TEST(who_tells_nothing_is_not_taken_for_empty),
		TEST(nothing_can_be_changed_through_it_and_brokers_are_asked_seldom),
		TEST(the_worst_comes_first_and_what_is_lost_keeps_its_rows),
		TEST(who_is_silent_is_settled_when_the_others_are_or_never),
		TEST(which_contexts_is_checked_before_anything_is_asked),
		TEST(more_than_can_be_looked_at_is_said),
		TEST(no_key_waits_for_any_of_twenty),
		TEST(it_fits_small_terminals_filters_and_goes_in),
	};
	return cmocka_run_group_tests_name("views/fleet", tests, NULL, NULL);
}
