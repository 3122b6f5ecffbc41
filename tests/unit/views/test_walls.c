/* What scripts use has no terminal in it: this program holds all of the rooms cli, session and sheets, and links
 * without tui. */
#include "tests/unit/unit.h"

#include <link.h>

#include "api/base/mem.h"
#include "views/cli/commands.h"

static int note_curses(struct dl_phdr_info *object, size_t size, void *data)
{
	if (strstr(object->dlpi_name, "curses") || strstr(object->dlpi_name, "tinfo"))
		*(const char **)data = object->dlpi_name;
	return 0;
}

static void no_curses_is_loaded(void **state)
{
	const char *curses = NULL;
	dl_iterate_phdr(note_curses, &curses);
	assert_null(curses);
}

static void the_commands_are_there_all_the_same(void **state)
{
	int (*const commands[])(const struct cli_command_line *line) = {main_get, main_plan, main_run, main_ops,
									main_demo_server};
	char view[] = "nonsense", name[] = "nowhere", *words[] = {view, name};
	struct config *config = config_create();
	struct cli_command_line line = {.config = config, .words = words, .count = ARRAY_LEN(words)};
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		assert_non_null(commands[i]);
	assert_int_equal(main_get(&line), CLI_EXIT_USAGE);
	assert_int_equal(main_plan(&line), CLI_EXIT_USAGE);
	config_destroy(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_curses_is_loaded),
		cmocka_unit_test(the_commands_are_there_all_the_same),
	};
	return cmocka_run_group_tests_name("views/walls", tests, NULL, NULL);
}
