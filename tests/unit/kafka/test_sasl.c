#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/kafka/client/sasl.h"

static const char *nonce = "rOprNGfwEbeRWgbNEkqO";

struct talk {
	struct kafka_sasl_session *session;
	struct buf said;
	struct err err;
	bool done;
};

static struct talk start(enum kafka_sasl_mechanism mechanism, const char *user, const char *password)
{
	struct talk talk = {.said = BUF_INIT(8192)};
	struct kafka_sasl sasl = {.mechanism = mechanism, .user = user, .password = password};
	talk.session = kafka_sasl_create(&sasl, nonce, &talk.err);
	assert_non_null(talk.session);
	return talk;
}

static bool hear(struct talk *talk, const char *text)
{
	buf_clear(&talk->said);
	return kafka_sasl_step(talk->session, (const uint8_t *)text, strlen(text), &talk->said, &talk->done,
			       &talk->err);
}

static void end(struct talk *talk)
{
	kafka_sasl_destroy(talk->session);
	buf_finish(&talk->said);
}

/* The example of RFC 7677, section 3. */
static const char *server_first =
	"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
static const char *server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

static void speaks_scram_as_the_rfc_does(void **state)
{
	struct talk talk = start(KAFKA_SASL_SCRAM_SHA_256, "user", "pencil");
	assert_true(hear(&talk, ""));
	assert_string_equal(buf_str(&talk.said), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
	assert_true(hear(&talk, server_first));
	assert_string_equal(buf_str(&talk.said), "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
						 "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	assert_false(talk.done);
	assert_true(hear(&talk, server_final));
	assert_true(talk.done);
	assert_int_equal(talk.said.len, 0);
	end(&talk);
}

static void escapes_the_user(void **state)
{
	struct talk talk = start(KAFKA_SASL_SCRAM_SHA_512, "a,b=c", "x");
	assert_true(hear(&talk, ""));
	assert_string_equal(buf_str(&talk.said), "n,,n=a=2Cb=3Dc,r=rOprNGfwEbeRWgbNEkqO");
	end(&talk);
}

static void says_plain_in_one_step(void **state)
{
	struct talk talk = start(KAFKA_SASL_PLAIN, "me", "pw,=");
	assert_true(hear(&talk, ""));
	assert_int_equal(talk.said.len, 8);
	assert_memory_equal(talk.said.data, "\0me\0pw,=", 8);
	assert_true(hear(&talk, ""));
	assert_true(talk.done);
	end(&talk);
}

static void distrusts_a_server_that(void **state)
{
	static const struct {
		const char *first, *final;
		enum err_code code;
		const char *says;
	} cases[] = {
		{"r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", NULL, ERR_UNAUTHORIZED, "does not match the request"},
		{"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", NULL, ERR_UNAUTHORIZED,
		 "does not match the request"},
		{"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095", NULL, ERR_UNAUTHORIZED, "4095"},
		{"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=131073", NULL, ERR_UNAUTHORIZED, "131073"},
		{"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-5", NULL, ERR_UNAUTHORIZED, "-5"},
		{"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=x", NULL, ERR_PARSE, "challenge"},
		{"r=rOprNGfwEbeRWgbNEkqOx,s=W22,i=4096", NULL, ERR_PARSE, "challenge"},
		{"r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", NULL, ERR_PARSE, "challenge"},
		{"m=new,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", NULL, ERR_PARSE, "challenge"},
		{"", NULL, ERR_PARSE, "challenge"},
		{NULL, "v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", ERR_UNAUTHORIZED, "impostor"},
		{NULL, "v=", ERR_UNAUTHORIZED, "impostor"},
		{NULL, "v=6rri", ERR_UNAUTHORIZED, "impostor"},
		{NULL, "", ERR_UNAUTHORIZED, "impostor"},
		{NULL, "e=invalid-proof", ERR_UNAUTHORIZED, "invalid-proof"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk talk = start(KAFKA_SASL_SCRAM_SHA_256, "user", "pencil");
		assert_true(hear(&talk, ""));
		if (cases[i].final)
			assert_true(hear(&talk, server_first));
		assert_false(hear(&talk, cases[i].final ? cases[i].final : cases[i].first));
		assert_int_equal(talk.err.code, cases[i].code);
		assert_non_null(strstr(talk.err.text, cases[i].says));
		end(&talk);
	}
}

static void needs_credentials(void **state)
{
	struct err err = {0};
	struct kafka_sasl sasl = {.mechanism = KAFKA_SASL_PLAIN, .user = "u"};
	assert_null(kafka_sasl_create(&sasl, NULL, &err));
	assert_int_equal(err.code, ERR_CONFIG);
}

static void takes_a_new_nonce_each_time(void **state)
{
	struct kafka_sasl sasl = {.mechanism = KAFKA_SASL_SCRAM_SHA_256, .user = "u", .password = "p"};
	struct buf said[2] = {BUF_INIT(1000), BUF_INIT(1000)};
	for (int i = 0; i < 2; i++) {
		bool done;
		struct kafka_sasl_session *session = kafka_sasl_create(&sasl, NULL, NULL);
		assert_true(kafka_sasl_step(session, NULL, 0, &said[i], &done, NULL));
		kafka_sasl_destroy(session);
	}
	assert_string_not_equal(buf_str(&said[0]), buf_str(&said[1]));
	buf_finish(&said[0]);
	buf_finish(&said[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_scram_as_the_rfc_does),
		cmocka_unit_test(escapes_the_user),
		cmocka_unit_test(says_plain_in_one_step),
		cmocka_unit_test(distrusts_a_server_that),
		cmocka_unit_test(needs_credentials),
		cmocka_unit_test(takes_a_new_nonce_each_time),
	};
	return cmocka_run_group_tests_name("kafka/sasl", tests, NULL, NULL);
}
