/* Masks what looks like a secret, in text that should not hold any: the second line behind not logging them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "api/base/log.h"
#include "api/base/mem.h"

/* How far a secret reaches that follows one of these words. */
enum log_secret_end { LOG_SECRET_WORD, LOG_SECRET_LINE };

/* A name counts where a word begins; with `=`, `:` or, in JSON, `":` behind it. */
static const struct {
	const char *name;
	enum log_secret_end end;
} log_secret_names[] = {
	{"authorization", LOG_SECRET_LINE},
	{"proxy-authorization", LOG_SECRET_LINE},
	{"cookie", LOG_SECRET_LINE},
	{"set-cookie", LOG_SECRET_LINE},
	{"sec-websocket-protocol", LOG_SECRET_LINE},
	{"password", LOG_SECRET_WORD},
	{"passwd", LOG_SECRET_WORD},
	{"passphrase", LOG_SECRET_WORD},
	{"token", LOG_SECRET_WORD},
	{"access_token", LOG_SECRET_WORD},
	{"id_token", LOG_SECRET_WORD},
	{"secret", LOG_SECRET_WORD},
	{"client_secret", LOG_SECRET_WORD},
	{"client-key-data", LOG_SECRET_WORD},
	{"api_key", LOG_SECRET_WORD},
};

/* Words that a secret follows after a space. */
static const char *const log_secret_schemes[] = {"bearer", "basic"};

struct log_out {
	char *text;
	size_t len, size;
};

static void log_out_add(struct log_out *out, const char *bytes, size_t len)
{
	size_t room = out->size - out->len - 1;
	len = len < room ? len : room;
	memcpy(out->text + out->len, bytes, len);
	out->len += len;
}

/* How many bytes lead up to a secret's first byte, 0 when a name with its value does not stand here. */
static size_t log_secret_lead(const char *text, size_t *value_len)
{
	for (size_t i = 0; i < ARRAY_LEN(log_secret_names); i++) {
		size_t len = strlen(log_secret_names[i].name);
		if (strncasecmp(text, log_secret_names[i].name, len) != 0)
			continue;
		len += text[len] == '"';
		if (text[len] != '=' && text[len] != ':')
			continue;
		len++;
		len += strspn(text + len, " \"'");
		*value_len = log_secret_names[i].end == LOG_SECRET_LINE ? strcspn(text + len, "\r\n")
									: strcspn(text + len, " \t\r\n\"'&,;}");
		return len;
	}
	for (size_t i = 0; i < ARRAY_LEN(log_secret_schemes); i++) {
		size_t len = strlen(log_secret_schemes[i]);
		if (strncasecmp(text, log_secret_schemes[i], len) == 0 && text[len] == ' ') {
			*value_len = strcspn(text + len + 1, " \t\r\n\"'&,;}");
			return len + 1;
		}
	}
	return 0;
}

/* The userinfo of a URL whose "://" stands here; its '@' is the last before the authority's end. */
static size_t log_userinfo(const char *text, size_t *value_len)
{
	if (strncmp(text, "://", 3) != 0)
		return 0;
	const char *host = text + 3;
	const char *at = memrchr(host, '@', strcspn(host, "/?# \t\r\n\"'"));
	if (!at)
		return 0;
	*value_len = (size_t)(at - host);
	return 3;
}

static bool log_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

void log_redact(const char *text, char *out, size_t size)
{
	struct log_out masked = {.text = out, .size = size};
	const char *plain = text;
	for (const char *at = text; *at;) {
		bool begins_word = log_is_word(*at) && (at == text || !log_is_word(at[-1]));
		size_t value_len = 0;
		size_t lead = *at == ':'    ? log_userinfo(at, &value_len)
			      : begins_word ? log_secret_lead(at, &value_len)
					    : 0;
		if (!lead || !value_len) {
			at++;
			continue;
		}
		log_out_add(&masked, plain, (size_t)(at + lead - plain));
		log_out_add(&masked, "***", 3);
		plain = at = at + lead + value_len;
	}
	log_out_add(&masked, plain, strlen(plain));
	out[masked.len] = '\0';
}
