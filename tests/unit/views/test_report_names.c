/* Names in a bug report: what stays, what is hashed, and that equal names stay equal within one report alone. */
#include "tests/unit/unit.h"

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "views/cli/report_names.h"

/* Hashes become "#". */
static char *without_hashes(struct buf *out)
{
	char *text = buf_take(out), *to = text;
	for (const char *from = text; *from; from++) {
		*to++ = *from;
		if (*from == '#' && strspn(from + 1, "0123456789abcdef") >= 8)
			from += 8;
	}
	*to = '\0';
	return text;
}

static void sentences_keep_plain_words_and_figures(void **state)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{"the disk of kafka-0 is 86% full", "the disk of # is 86% full"},
		{"2 of 120 partitions under-replicated, 4.4Gi in 30s",
		 "2 of 120 partitions under-replicated, 4.4Gi in 30s"},
		{"cannot reach 10.1.2.3:9092", "cannot reach #:9092"},
		{"cannot reach db.prod.svc:9092", "cannot reach #.#.svc:9092"},
		{"\"payments\" (and payments) is known", "\"#\" (and #) is known"},
		{"3scale-api and user@host", "# and #@#"},
		{"fd00::1:2 answers", "# answers"},
		{"gr\xc3\xbc\xc3\x9f", "#"},
	};
	struct cli_names names;
	assert_true(cli_names_init(&names, NULL));
	cli_names_learn(&names, "shop/payments");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT(4096);
		cli_names_append_sentence(&names, cases[i].text, strlen(cases[i].text), &out);
		CLEANUP(free) char *told = without_hashes(&out);
		assert_string_equal(told, cases[i].told);
	}
	cli_names_finish(&names);
}

static void records_keep_what_their_keys_allow(void **state)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{"request reason=\"list pods\" method=GET path=/api/v1/namespaces/mq/pods status=200 ms=12 error=\"\"",
		 "request reason=\"list pods\" method=GET path=/api/v1/namespaces/#/pods status=200 ms=12 error=\"\""},
		{"ended error=\"pod kafka-0 said \"no\"\" ms=3", "ended error=\"pod # said \"no\"\" ms=3"},
		{"broker joined cluster=mq/orders/kafka pod=orders-0 id=0 by=ordinal",
		 "broker joined cluster=#/#/kafka pod=# id=0 by=ordinal"},
		{"what=plain unknown=word", "what=# unknown=#"},
		{"a=b and something that is no record", "a=# #"},
		{"no keys at all", "no keys at all"},
	};
	struct cli_names names;
	assert_true(cli_names_init(&names, NULL));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT(4096);
		cli_names_append_record(&names, cases[i].text, &out);
		CLEANUP(free) char *told = without_hashes(&out);
		assert_string_equal(told, cases[i].told);
	}
	cli_names_finish(&names);
}

static void equal_names_are_equal_in_one_report_only(void **state)
{
	char *told[3];
	struct cli_names one, other;
	assert_true(cli_names_init(&one, NULL));
	assert_true(cli_names_init(&other, NULL));
	struct cli_names *of[] = {&one, &one, &other};
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		struct buf out = BUF_INIT(64);
		cli_names_append(of[i], "orders", &out);
		told[i] = buf_take(&out);
	}
	assert_string_equal(told[0], told[1]);
	assert_string_not_equal(told[0], told[2]);
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		free(told[i]);
	cli_names_finish(&one);
	cli_names_finish(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_keep_plain_words_and_figures),
		cmocka_unit_test(records_keep_what_their_keys_allow),
		cmocka_unit_test(equal_names_are_equal_in_one_report_only),
	};
	return cmocka_run_group_tests_name("views/report_names", tests, NULL, NULL);
}
