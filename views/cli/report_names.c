/* What may stand in a bug report as it is, and what is hashed. In doubt it is hashed. */
#include "views/cli/report_names.h"

#include <ctype.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static const char separators[] = "/.:@,";

/* Words of Kubernetes and of ours that lead through paths and host names. */
static const char *const report_vocabulary[] = {
	"api",
	"apis",
	"apps",
	"v1",
	"v1beta1",
	"v1beta2",
	"k8s",
	"io",
	"namespaces",
	"pods",
	"nodes",
	"services",
	"events",
	"secrets",
	"statefulsets",
	"leases",
	"persistentvolumes",
	"persistentvolumeclaims",
	"endpointslices",
	"poddisruptionbudgets",
	"storageclasses",
	"kafkas",
	"kafkausers",
	"kafkanodepools",
	"rabbitmqclusters",
	"strimzi",
	"kafka",
	"rabbitmq",
	"policy",
	"storage",
	"discovery",
	"coordination",
	"authorization",
	"selfsubjectaccessreviews",
	"portforward",
	"exec",
	"log",
	"eviction",
	"scale",
	"status",
	"version",
	"health",
	"checks",
	"overview",
	"under-replicated",
	"quorum-critical",
	"read-only",
	"in-sync",
	"port-forward",
	"node-is-quorum-critical",
	"local-alarms",
	"queues",
	"connections",
	"svc",
	"cluster",
	"local",
	"localhost",
	"http",
	"https",
	"com",
	"list",
};

enum report_mode { REPORT_NAME, REPORT_KEEP, REPORT_SENTENCE };

/* What the log's keys hold; what is not here is a name. */
static const struct {
	const char *key;
	enum report_mode mode;
} report_keys[] = {
	{"again_ms", REPORT_KEEP},
	{"answer", REPORT_KEEP},
	{"api", REPORT_KEEP},
	{"apis", REPORT_KEEP},
	{"action", REPORT_KEEP},
	{"ascii", REPORT_KEEP},
	{"ask_login", REPORT_KEEP},
	{"audit", REPORT_KEEP},
	{"because", REPORT_KEEP},
	{"bootstrap", REPORT_KEEP},
	{"by", REPORT_KEEP},
	{"bytes", REPORT_KEEP},
	{"cells", REPORT_KEEP},
	{"channel", REPORT_KEEP},
	{"client_certificate", REPORT_KEEP},
	{"clusters", REPORT_KEEP},
	{"code", REPORT_KEEP},
	{"colours", REPORT_KEEP},
	{"conflicts", REPORT_KEEP},
	{"connected", REPORT_KEEP},
	{"contexts", REPORT_KEEP},
	{"controller", REPORT_KEEP},
	{"correlation", REPORT_KEEP},
	{"count", REPORT_KEEP},
	{"depth", REPORT_KEEP},
	{"desired", REPORT_KEEP},
	{"events", REPORT_KEEP},
	{"failures", REPORT_KEEP},
	{"first_byte_ms", REPORT_KEEP},
	{"for", REPORT_KEEP},
	{"found", REPORT_KEEP},
	{"fraction", REPORT_KEEP},
	{"held", REPORT_KEEP},
	{"http", REPORT_KEEP},
	{"id", REPORT_KEEP},
	{"in", REPORT_KEEP},
	{"in_flight", REPORT_KEEP},
	{"interactive", REPORT_KEEP},
	{"live_ms", REPORT_KEEP},
	{"mechanism", REPORT_KEEP},
	{"method", REPORT_KEEP},
	{"ms", REPORT_KEEP},
	{"needed", REPORT_KEEP},
	{"nodes", REPORT_KEEP},
	{"number", REPORT_KEEP},
	{"objects", REPORT_KEEP},
	{"of", REPORT_KEEP},
	{"opcode", REPORT_KEEP},
	{"opened", REPORT_KEEP},
	{"operation", REPORT_KEEP},
	{"option", REPORT_KEEP},
	{"out", REPORT_KEEP},
	{"page", REPORT_KEEP},
	{"pid", REPORT_KEEP},
	{"pods", REPORT_KEEP},
	{"port", REPORT_KEEP},
	{"problems", REPORT_KEEP},
	{"program", REPORT_KEEP},
	{"proxy", REPORT_KEEP},
	{"reason", REPORT_KEEP},
	{"received", REPORT_KEEP},
	{"refused", REPORT_KEEP},
	{"repeats", REPORT_KEEP},
	{"resource", REPORT_KEEP},
	{"reused", REPORT_KEEP},
	{"rv", REPORT_KEEP},
	{"sasl", REPORT_KEEP},
	{"sentences", REPORT_KEEP},
	{"severity", REPORT_KEEP},
	{"size", REPORT_KEEP},
	{"state", REPORT_KEEP},
	{"status", REPORT_KEEP},
	{"stderr", REPORT_KEEP},
	{"stdout", REPORT_KEEP},
	{"steps", REPORT_KEEP},
	{"subprotocol", REPORT_KEEP},
	{"throttle_ms", REPORT_KEEP},
	{"tls", REPORT_KEEP},
	{"trouble", REPORT_KEEP},
	{"type", REPORT_KEEP},
	{"us", REPORT_KEEP},
	{"verb", REPORT_KEEP},
	{"verdict", REPORT_KEEP},
	{"version", REPORT_KEEP},
	{"view", REPORT_KEEP},
	{"error", REPORT_SENTENCE},
	{"why", REPORT_SENTENCE},
	{"figure", REPORT_SENTENCE},
	{"result", REPORT_SENTENCE},
	{"title", REPORT_SENTENCE},
	{"sentence", REPORT_SENTENCE},
	{"blocked", REPORT_SENTENCE},
	{"libcurl", REPORT_SENTENCE},
	{"need", REPORT_SENTENCE},
	{"question", REPORT_SENTENCE},
};

bool cli_names_init(struct cli_names *names, struct err *err)
{
	*names = (struct cli_names){.known = MAP_INIT};
	/* With a key that can be guessed the report would give the names away. */
	return RAND_bytes(names->key, sizeof names->key) == 1 ||
	       err_set(err, ERR_SYSTEM,
		       "the system gives no random numbers, with which names in the report are hidden");
}

void cli_names_finish(struct cli_names *names)
{
	explicit_bzero(names->key, sizeof names->key);
	map_finish(&names->known);
}

static void report_hash(const struct cli_names *names, const char *text, size_t len, struct buf *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	HMAC(EVP_sha256(), names->key, (int)sizeof names->key, (const unsigned char *)text, len, digest, &size);
	buf_printf(out, "#%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
}

/* ---- what a part is ---- */

static bool report_is_number(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static bool report_is_vocabulary(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(report_vocabulary); i++) {
		if (strlen(report_vocabulary[i]) == len && memcmp(report_vocabulary[i], text, len) == 0)
			return true;
	}
	return false;
}

static bool report_is_known(const struct cli_names *names, const char *text, size_t len)
{
	CLEANUP(free) char *word = mem_strndup(text, len);
	return map_get(&names->known, word) != NULL;
}

/* Not a plain word: names have digits, dashes or underscores in them, or letters beyond ASCII. */
static bool report_looks_like_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!isalpha((unsigned char)text[i]) && text[i] != '\'')
			return true;
	}
	return false;
}

/* Bytes of the IP address that stands here, 0 when none does. */
static size_t report_address_len(const char *text, size_t len)
{
	static const struct {
		const char *of;
		char separator;
		size_t least;
	} forms[] = {{"0123456789.", '.', 3}, {"0123456789abcdefABCDEF:", ':', 2}};
	for (size_t form = 0; form < ARRAY_LEN(forms); form++) {
		size_t run = 0, separated = 0;
		for (; run < len && strchr(forms[form].of, text[run]); run++)
			separated += text[run] == forms[form].separator;
		if (separated >= forms[form].least)
			return run;
	}
	return 0;
}

/* "-" and "*" stand for nothing and for all. */
static bool report_is_sign(const char *text, size_t len)
{
	return len == 1 && !isalnum((unsigned char)*text);
}

/* ---- parts ---- */

static void report_append_part(const struct cli_names *names, const char *text, size_t len, struct buf *out)
{
	bool plain = report_is_number(text, len) || report_is_sign(text, len) ||
		     (report_is_vocabulary(text, len) && !report_is_known(names, text, len));
	if (plain)
		buf_append(out, text, len);
	else if (len)
		report_hash(names, text, len, out);
}

static void report_append_parts(const struct cli_names *names, const char *text, size_t len, struct buf *out)
{
	for (size_t at = 0; at < len;) {
		size_t address = report_address_len(text + at, len - at), part = 0;
		while (at + part < len && !strchr(separators, text[at + part]))
			part++;
		if (address)
			report_hash(names, text + at, address, out);
		else
			report_append_part(names, text + at, part, out);
		at += address ? address : part;
		if (at < len)
			buf_append_char(out, text[at++]);
	}
}

void cli_names_learn(struct cli_names *names, const char *text)
{
	while (!str_empty(text) && names->known.len < CLI_NAMES_MAX) {
		size_t part = strcspn(text, separators);
		if (part && !report_is_number(text, part)) {
			CLEANUP(free) char *word = mem_strndup(text, part);
			map_set(&names->known, word, names);
		}
		text += part + (text[part] != '\0');
	}
}

void cli_names_append(struct cli_names *names, const char *text, struct buf *out)
{
	cli_names_learn(names, text);
	report_append_parts(names, text, strlen(text), out);
}

/* ---- sentences ---- */

/* "3", "4.4Gi", "30s", "99%" */
static bool report_is_figure(const char *text, size_t len)
{
	size_t digits = 0;
	while (digits < len && (isdigit((unsigned char)text[digits]) || text[digits] == '.'))
		digits++;
	for (size_t i = digits; i < len; i++) {
		if (!isalpha((unsigned char)text[i]) && text[i] != '%')
			return false;
	}
	return digits > 0 && len - digits <= 3 && !report_address_len(text, len);
}

static void report_append_word(const struct cli_names *names, const char *text, size_t len, struct buf *out)
{
	if (report_is_figure(text, len) || !(report_is_known(names, text, len) || report_looks_like_name(text, len)))
		buf_append(out, text, len);
	else
		report_append_parts(names, text, len, out);
}

void cli_names_append_sentence(const struct cli_names *names, const char *text, size_t len, struct buf *out)
{
	static const char around[] = " \t\"'()[]{}<>;=!?|";
	static const char after[] = ".:,";
	for (size_t at = 0; at < len;) {
		size_t word = 0;
		while (at + word < len && !strchr(around, text[at + word]))
			word++;
		size_t bare = word;
		while (bare > 0 && strchr(after, text[at + bare - 1]))
			bare--;
		if (bare)
			report_append_word(names, text + at, bare, out);
		buf_append(out, text + at + bare, word - bare);
		at += word;
		if (at < len)
			buf_append_char(out, text[at++]);
	}
}

/* ---- records ---- */

/* Length of "key=" when that stands here, after a space or at the beginning. */
static size_t report_key_at(const char *text)
{
	size_t len = 0;
	while (islower((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len && text[len] == '=' ? len + 1 : 0;
}

static enum report_mode report_mode_of(const char *key, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(report_keys); i++) {
		if (strlen(report_keys[i].key) == len && memcmp(report_keys[i].key, key, len) == 0)
			return report_keys[i].mode;
	}
	return REPORT_NAME;
}

/* A quoted value ends where the next key begins: it may hold quotes itself. */
static size_t report_value_len(const char *value)
{
	if (*value != '"')
		return strcspn(value, " ");
	for (size_t i = 1; value[i]; i++) {
		if (value[i] == '"' && (!value[i + 1] || (value[i + 1] == ' ' && report_key_at(value + i + 2))))
			return i + 1;
	}
	return strlen(value);
}

static void report_append_value(const struct cli_names *names, enum report_mode mode, const char *value, size_t len,
				struct buf *out)
{
	if (mode == REPORT_KEEP)
		buf_append(out, value, len);
	else if (mode == REPORT_SENTENCE)
		cli_names_append_sentence(names, value, len, out);
	else if (*value == '"' && len >= 2) {
		buf_append_char(out, '"');
		report_append_parts(names, value + 1, len - 2, out);
		buf_append_char(out, '"');
	} else
		report_append_parts(names, value, len, out);
}

void cli_names_append_record(const struct cli_names *names, const char *text, struct buf *out)
{
	const char *at = text;
	while (*at && !(report_key_at(at) && (at == text || at[-1] == ' ')))
		at++;
	cli_names_append_sentence(names, text, (size_t)(at - text), out);
	while (*at) {
		size_t key = report_key_at(at);
		if (!key) {
			/* Not as our records are: nothing of the rest is trusted. */
			report_hash(names, at, strlen(at), out);
			return;
		}
		buf_append(out, at, key);
		size_t len = report_value_len(at + key);
		report_append_value(names, report_mode_of(at, key - 1), at + key, len, out);
		at += key + len;
		if (*at == ' ')
			buf_append_char(out, *at++);
	}
}
