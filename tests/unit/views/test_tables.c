#include "tests/unit/unit.h"

#include <ctype.h>

#include "api/base/str.h"
#include "views/console/catalogue.h"
#include "views/screens/screens.h"

static const struct sheet_column *column_of(const struct sheet *sheet, const char *field)
{
	for (size_t i = 0; i < sheet->column_count; i++) {
		if (str_eq(sheet->columns[i].field, field))
			return &sheet->columns[i];
	}
	return NULL;
}

/* What scripts rely on: taken from the documentation, not from the tables. */
static void promised_fields_are_there(void **state)
{
	static const char *const brokers[] = {"cluster",
					      "kind",
					      "namespace",
					      "broker",
					      "pod",
					      "node",
					      "zone",
					      "ready",
					      "role",
					      "version",
					      "leaders",
					      "replicas",
					      "underReplicated",
					      "diskUsedBytes",
					      "diskTotalBytes",
					      "memoryUsedBytes",
					      "claim",
					      "volume",
					      "restarts",
					      "alarms",
					      "ageSeconds"};
	static const char *const replication[] = {"cluster", "kind",     "namespace", "name",      "partition",
						  "leader",  "replicas", "inSync",    "minInSync", "state"};
	for (size_t i = 0; i < ARRAY_LEN(brokers); i++)
		assert_non_null(column_of(sheet_find("brokers"), brokers[i]));
	for (size_t i = 0; i < ARRAY_LEN(replication); i++)
		assert_non_null(column_of(sheet_find("replication"), replication[i]));
}

static void every_sheet_is_whole(void **state)
{
	for (const struct sheet *const *at = sheet_all(); *at; at++) {
		const struct sheet *sheet = *at;
		assert_ptr_equal(sheet_find(sheet->name), sheet);
		assert_non_null(sheet->word);
		assert_true(sheet->count || sheet->list.count);
		assert_true(sheet->per_cluster || !sheet->list.of_cluster);
		assert_true(!sheet->unranked || sheet == &sheet_events); /* which says why not */
		assert_true(sheet->column_count > 0 && sheet->columns[0].title);
		for (size_t i = 0; i < sheet->column_count; i++) {
			const struct sheet_column *column = &sheet->columns[i];
			assert_non_null(column->cell);
			assert_non_null(column->help);
			assert_true(column->title || column->field);
			if (column->field) {
				assert_ptr_equal(column_of(sheet, column->field), column); /* no field twice */
				assert_true(islower((unsigned char)column->field[0]));
				assert_int_equal(
					strspn(column->field, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
					strlen(column->field));
			}
		}
	}
}

static void views_are_found_by_all_their_names(void **state)
{
	const struct sheet *sheet;
	assert_ptr_equal(view_find(&console_catalogue, "deck", &sheet), &view_deck);
	assert_ptr_equal(view_find(&console_catalogue, "ctx", &sheet), &view_contexts);
	assert_ptr_equal(view_find(&console_catalogue, "pvc", &sheet), view_of_sheet(&sheet_volumes));
	assert_ptr_equal(sheet, &sheet_volumes);
	assert_null(view_find(&console_catalogue, "e", &sheet));
	assert_null(view_find(&console_catalogue, "", &sheet));
	assert_null(view_find(&console_catalogue, "nonsense", &sheet));
}

static void what_enter_opens_is_there(void **state)
{
	for (const struct sheet *const *at = sheet_all(); *at; at++) {
		const struct sheet *opened;
		assert_true(!(*at)->opens || view_find(&console_catalogue, (*at)->opens, &opened));
	}
}

static void every_default_key_can_be_read_and_is_bound_once(void **state)
{
	static const struct {
		const char *key;
		int scope;
	} keys[] = {
#define X(key_, scope_, action_) {key_, VIEW_KEYS_##scope_},
#include "views/app/keys.def"
#undef X
	};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct key one, other;
		assert_true(key_parse(keys[i].key, &one));
		for (size_t j = 0; j < i; j++) {
			assert_true(key_parse(keys[j].key, &other));
			assert_false(keys[i].scope == keys[j].scope && key_equal(one, other));
		}
	}
}

/* On the menu a key of its own would never reach an operation that has the same. */
static void the_menu_has_no_key_of_an_operation(void **state)
{
	static const char *const menu[] = {
#define X(key, scope, action) VIEW_KEYS_##scope == VIEW_KEYS_MENU ? key : NULL,
#include "views/app/keys.def"
#undef X
	};
	size_t count;
	const struct ops_operation *const *operations = ops_table(&count);
	for (size_t i = 0; i < count; i++) {
		struct key own, other;
		if (str_empty(operations[i]->key))
			continue;
		assert_true(key_parse(operations[i]->key, &own));
		for (size_t j = 0; j < ARRAY_LEN(menu); j++)
			assert_false(menu[j] && key_parse(menu[j], &other) && key_equal(own, other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promised_fields_are_there),
		cmocka_unit_test(every_sheet_is_whole),
		cmocka_unit_test(views_are_found_by_all_their_names),
		cmocka_unit_test(what_enter_opens_is_there),
		cmocka_unit_test(every_default_key_can_be_read_and_is_bound_once),
		cmocka_unit_test(the_menu_has_no_key_of_an_operation),
	};
	return cmocka_run_group_tests_name("views/tables", tests, NULL, NULL);
}
