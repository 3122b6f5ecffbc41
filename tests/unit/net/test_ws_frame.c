#include "tests/unit/unit.h"

#include "api/net/websocket.h"

enum { MESSAGE_MAX = 70000 };

struct seen {
	int count;
	enum ws_opcode opcode[16];
	size_t len[16];
	unsigned char first[16], last[16];
	int stop_after;
};

static bool note_frame(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len)
{
	struct seen *seen = data;
	assert_true(seen->count < 16);
	seen->opcode[seen->count] = opcode;
	seen->len[seen->count] = len;
	seen->first[seen->count] = len ? payload[0] : 0;
	seen->last[seen->count] = len ? payload[len - 1] : 0;
	return ++seen->count != seen->stop_after;
}

static bool feed(struct ws_decoder *decoder, const void *bytes, size_t len, struct seen *seen, struct err *err)
{
	return ws_decoder_feed(decoder, bytes, len, note_frame, seen, err);
}

static void accept_key_of_the_rfc(void **state)
{
	char accept[32];
	ws_accept_key("dGhlIHNhbXBsZSBub25jZQ==", accept);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

/* Every length form, masked and not, split at every byte for the short ones. */
static void what_is_encoded_is_decoded(void **state)
{
	static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536, MESSAGE_MAX};
	static const unsigned char mask[4] = {1, 2, 3, 254};
	unsigned char *payload = malloc(MESSAGE_MAX);
	for (size_t i = 0; i < MESSAGE_MAX; i++)
		payload[i] = (unsigned char)(i * 7 + 3);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		for (int masked = 0; masked < 2; masked++) {
			struct buf out = BUF_INIT(1 << 20);
			size_t head = lengths[i] ? 1 : 0, step = lengths[i] < 200 ? 1 : 997;
			assert_true(ws_encode(&out, WS_BINARY, masked ? mask : NULL, payload, head, payload + head,
					      lengths[i] - head));
			struct ws_decoder decoder;
			struct seen seen = {0};
			ws_decoder_init(&decoder, MESSAGE_MAX, masked);
			for (size_t at = 0; at < out.len; at += step)
				assert_true(feed(&decoder, out.data + at, step < out.len - at ? step : out.len - at,
						 &seen, NULL));
			assert_int_equal(seen.count, 1);
			assert_int_equal(seen.opcode[0], WS_BINARY);
			assert_int_equal(seen.len[0], lengths[i]);
			assert_int_equal(seen.last[0], lengths[i] ? payload[lengths[i] - 1] : 0);
			assert_int_equal(decoder.in.len, 0);
			ws_decoder_finish(&decoder);
			buf_finish(&out);
		}
	}
	free(payload);
}

static void fragments_with_control_frames_between(void **state)
{
	static const unsigned char bytes[] = {0x02, 2,    'a', 'b', 0x89, 1, 'p',  0x00, 0, 0x8a,
					      0,    0x80, 1,   'c', 0x81, 0, 0x88, 2,    3, 0xe8};
	for (size_t split = 0; split <= sizeof bytes; split++) {
		struct ws_decoder decoder;
		struct seen seen = {0};
		ws_decoder_init(&decoder, 100, false);
		assert_true(feed(&decoder, bytes, split, &seen, NULL));
		assert_true(feed(&decoder, bytes + split, sizeof bytes - split, &seen, NULL));
		static const enum ws_opcode opcodes[] = {WS_PING, WS_PONG, WS_BINARY, WS_TEXT, WS_CLOSE};
		assert_int_equal(seen.count, 5);
		for (int i = 0; i < 5; i++)
			assert_int_equal(seen.opcode[i], opcodes[i]);
		assert_int_equal(seen.len[2], 3);
		assert_int_equal(seen.first[2], 'a');
		assert_int_equal(seen.last[2], 'c');
		assert_int_equal(seen.len[3], 0);
		ws_decoder_finish(&decoder);
	}
}

static void a_reader_may_stop_and_go_on(void **state)
{
	static const unsigned char bytes[] = {0x82, 1, 'a', 0x82, 1, 'b', 0x82, 1, 'c'};
	struct ws_decoder decoder;
	struct seen seen = {.stop_after = 1};
	struct err err = {0};
	ws_decoder_init(&decoder, 100, false);
	assert_false(feed(&decoder, bytes, sizeof bytes, &seen, &err));
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(seen.count, 1);
	assert_true(feed(&decoder, "", 0, &seen, &err));
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.first[2], 'c');
	ws_decoder_finish(&decoder);
}

static void broken_frames_are_refused(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
		enum err_code code;
	} cases[] = {
		{"reserved bit", "\xc2\x00", 2, ERR_PARSE},
		{"unknown data opcode", "\x83\x00", 2, ERR_PARSE},
		{"unknown control opcode", "\x8b\x00", 2, ERR_PARSE},
		{"masked by a server", "\x82\x81\x01\x02\x03\x04x", 7, ERR_PARSE},
		{"fragmented ping", "\x09\x00", 2, ERR_PARSE},
		{"long ping", "\x89\x7e\x00\x7e", 4, ERR_PARSE},
		{"continuation of nothing", "\x80\x00", 2, ERR_PARSE},
		{"message within a message", "\x02\x01x\x82\x00", 5, ERR_PARSE},
		{"too large", "\x82\x7e\x00\x65", 4, ERR_LIMIT},
		{"2^63", "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10, ERR_LIMIT},
		{"too large in sum",
		 "\x02\x63"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaaaaaaaaaaaaaaa\x80\x02",
		 103, ERR_LIMIT},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ws_decoder decoder;
		struct seen seen = {0};
		struct err err = {0};
		ws_decoder_init(&decoder, 100, false);
		assert_false(feed(&decoder, cases[i].bytes, cases[i].len, &seen, &err));
		if (err.code != cases[i].code)
			fail_msg("%s: %s", cases[i].what, err.text);
		assert_int_equal(seen.count, 0);
		ws_decoder_finish(&decoder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_key_of_the_rfc),
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(fragments_with_control_frames_between),
		cmocka_unit_test(a_reader_may_stop_and_go_on),
		cmocka_unit_test(broken_frames_are_refused),
	};
	return cmocka_run_group_tests_name("net/ws_frame", tests, NULL, NULL);
}
