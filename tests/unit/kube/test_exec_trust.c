#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/str.h"
#include "api/kube/config/exec_trust.h"

struct trust_place {
	char folder[64], program[128], store[160];
	struct kube_exec_plugin plugin;
	struct kube_access access;
	struct kube_variable env;
	char *args[3];
};

static void write_program(struct trust_place *place, const char *text)
{
	FILE *file = fopen(place->program, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(place->program, 0700), 0);
}

static int setup(void **state)
{
	struct trust_place *place = mem_alloc(sizeof *place);
	snprintf(place->folder, sizeof place->folder, "/tmp/mqdeck-trust-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->program, sizeof place->program, "%s/plugin", place->folder);
	snprintf(place->store, sizeof place->store, "%s/state/mqdeck/trusted-plugins", place->folder);
	CLEANUP(free) char *home = str_printf("%s/state", place->folder);
	setenv("XDG_STATE_HOME", home, 1);
	write_program(place, "#!/bin/sh\nexit 0\n");
	place->args[0] = mem_strdup("get-token");
	place->args[1] = mem_strdup("prod");
	place->env = (struct kube_variable){.name = mem_strdup("PROFILE"), .value = mem_strdup("canary-value")};
	place->plugin = (struct kube_exec_plugin){
		.command = place->program, .args = place->args, .env = &place->env, .env_count = 1};
	place->access = (struct kube_access){.server = mem_strdup("https://one:6443"), .exec = &place->plugin};
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct trust_place *place = *state;
	CLEANUP(free) char *command = str_printf("rm -rf %s", place->folder);
	assert_int_equal(system(command), 0);
	free(place->args[0]);
	free(place->args[1]);
	free(place->env.name);
	free(place->env.value);
	free(place->access.server);
	free(place);
	return 0;
}

static void digest_of(const struct trust_place *place, char out[KUBE_EXEC_DIGEST_SIZE])
{
	struct err err = {0};
	if (!kube_exec_trust_digest(&place->access, out, &err))
		fail_msg("%s", err.text);
	assert_int_equal(strlen(out), 64);
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = mem_strdup(with);
}

/* Each change alone must be asked about again. */
static void every_part_counts(void **state)
{
	struct trust_place *place = *state;
	char seen[8][KUBE_EXEC_DIGEST_SIZE];
	size_t count = 0;
	digest_of(place, seen[count++]);
	replace(&place->args[1], "staging");
	digest_of(place, seen[count++]);
	replace(&place->args[0], "get-tokenst");
	replace(&place->args[1], "aging");
	digest_of(place, seen[count++]);
	replace(&place->env.value, "other");
	digest_of(place, seen[count++]);
	replace(&place->env.name, "HOME");
	digest_of(place, seen[count++]);
	replace(&place->access.server, "https://evil:6443");
	digest_of(place, seen[count++]);
	write_program(place, "#!/bin/sh\nexit 1\n");
	digest_of(place, seen[count++]);
	snprintf(place->program, sizeof place->program, "%s/other", place->folder);
	write_program(place, "#!/bin/sh\nexit 1\n");
	digest_of(place, seen[count++]);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(seen[i], seen[j]);
	}
	char again[KUBE_EXEC_DIGEST_SIZE];
	digest_of(place, again);
	assert_string_equal(again, seen[count - 1]);
}

static void a_program_is_found_in_the_path(void **state)
{
	struct trust_place *place = *state;
	CLEANUP(free) char *old = mem_strdup(getenv("PATH"));
	CLEANUP(free) char *path = str_printf("/nonexistent:%s:/usr/bin", place->folder);
	setenv("PATH", path, 1);
	CLEANUP(free) char *found = kube_exec_trust_resolve("plugin");
	setenv("PATH", old, 1);
	assert_string_equal(found, place->program);
	assert_null(kube_exec_trust_resolve("mqdeck-has-no-such-program"));
	chmod(place->program, 0600);
	assert_null(kube_exec_trust_resolve(place->program));
}

static void what_is_not_there_is_said_with_its_hint(void **state)
{
	struct trust_place *place = *state;
	struct err err = {0};
	char digest[KUBE_EXEC_DIGEST_SIZE], hint[] = "install it";
	place->plugin.install_hint = hint;
	unlink(place->program);
	assert_false(kube_exec_trust_digest(&place->access, digest, &err));
	assert_non_null(strstr(err.text, "program not found. install it"));
}

static void an_agreement_is_remembered_privately_and_without_secrets(void **state)
{
	struct trust_place *place = *state;
	struct err err = {0};
	struct stat status;
	char digest[KUBE_EXEC_DIGEST_SIZE], other[KUBE_EXEC_DIGEST_SIZE], content[512] = "";
	digest_of(place, digest);
	replace(&place->args[1], "staging");
	digest_of(place, other);
	assert_false(kube_exec_trust_is_remembered(digest));
	assert_true(kube_exec_trust_remember(digest, "plugin\n\033[2J", &err));
	assert_true(kube_exec_trust_is_remembered(digest));
	assert_false(kube_exec_trust_is_remembered(other));
	assert_true(kube_exec_trust_remember(other, "plugin", &err));
	assert_true(kube_exec_trust_is_remembered(digest));
	assert_true(kube_exec_trust_is_remembered(other));
	assert_int_equal(stat(place->store, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	FILE *file = fopen(place->store, "r");
	assert_true(fread(content, 1, sizeof content - 1, file) > 0);
	fclose(file);
	assert_null(strchr(content, '\033'));
	assert_null(strstr(content, "canary-value"));
}

static void what_others_can_write_to_is_not_believed(void **state)
{
	struct trust_place *place = *state;
	struct err err = {0};
	char digest[KUBE_EXEC_DIGEST_SIZE];
	digest_of(place, digest);
	assert_true(kube_exec_trust_remember(digest, "plugin", &err));
	chmod(place->store, 0622);
	assert_false(kube_exec_trust_is_remembered(digest));
	assert_false(kube_exec_trust_remember(digest, "plugin", &err));
	assert_non_null(strstr(err.text, "run chmod go-w"));
	CLEANUP(free) char *moved = str_printf("%s/elsewhere", place->folder);
	chmod(place->store, 0600);
	assert_int_equal(rename(place->store, moved), 0);
	assert_int_equal(symlink(moved, place->store), 0);
	assert_false(kube_exec_trust_is_remembered(digest));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_part_counts),
		TEST(a_program_is_found_in_the_path),
		TEST(what_is_not_there_is_said_with_its_hint),
		TEST(an_agreement_is_remembered_privately_and_without_secrets),
		TEST(what_others_can_write_to_is_not_believed),
	};
	return cmocka_run_group_tests_name("kube/exec_trust", tests, NULL, NULL);
}
