#include "api/model/sources/kafka_connector.h"

#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/sasl.h"
#include "api/model/sources/secret_read.h"
#include "api/net/net_tls.h"

enum { PEM_MAX = 256 * 1024, USER_MAX = 256 };

struct kafka_seek {
	struct kafka_seek_options options;
	struct arena arena;
	struct kafka_ways ways;
	size_t at; /* the way tried now */
	char *namespace;
	char *user, *password;
	struct loop_timer *timer; /* so that nothing is called from inside a call */
	struct secret_read *read;
	bool authority_read; /* for this way */
	struct buf ca;       /* PEM, for this way */
	struct err why;      /* of the first way that failed */
};

static const struct kafka_way *way_of(const struct kafka_seek *seek)
{
	return &seek->ways.items[seek->at];
}

static void note(struct kafka_seek *seek, const struct err *why)
{
	if (!err_is_set(&seek->why) && why)
		seek->why = *why;
}

static void try_on(struct kafka_seek *seek)
{
	seek->at++;
	seek->authority_read = false;
	buf_clear(&seek->ca);
	loop_timer_arm(seek->timer, 0);
}

static void fail_way(struct kafka_seek *seek, const struct err *why)
{
	note(seek, why);
	try_on(seek);
}

/* ---- what a secret holds ---- */

/* Strimzi keeps the authority before last as "ca-DATE.crt" while brokers still show certificates of it. */
static void take_authorities(struct kafka_seek *seek, const struct kube_secret *secret)
{
	for (size_t i = 0; i < secret->data_count; i++)
		if (str_has_prefix(str_or(secret->data[i].key, ""), "ca") &&
		    str_has_suffix(secret->data[i].key, ".crt") && !str_empty(secret->data[i].value))
			buf_printf(&seek->ca, "%s\n", secret->data[i].value);
}

static enum kafka_sasl_mechanism mechanism_of(const struct kube_secret *secret)
{
	static const char *const keys[] = {"mechanism", "sasl.mechanism"};
	const char *name = secret_first(secret, keys, ARRAY_LEN(keys));
	for (int i = KAFKA_SASL_PLAIN; name && i < KAFKA_SASL_BEST; i++)
		if (str_eq(name, kafka_sasl_name((enum kafka_sasl_mechanism)i)))
			return (enum kafka_sasl_mechanism)i;
	return KAFKA_SASL_BEST;
}

/* What Java clients are given: …Module required username="app" password="…"; */
static bool user_of_jaas(const char *jaas, char *out, size_t size)
{
	static const char before[] = "username=\"";
	const char *at = jaas ? strstr(jaas, before) : NULL;
	size_t len = at ? strcspn(at + strlen(before), "\"") : 0;
	if (!len || len >= size)
		return false;
	memcpy(out, at + strlen(before), len);
	out[len] = '\0';
	return true;
}

static const char *user_of(const struct kafka_way *way, const struct kube_secret *secret, char *room, size_t size)
{
	static const char *const keys[] = {"username", "user"};
	const char *user = secret_first(secret, keys, ARRAY_LEN(keys));
	if (user)
		return user;
	if (user_of_jaas(secret_value(secret, "sasl.jaas.config"), room, size))
		return room;
	if (way->user)
		return way->user;
	/* Strimzi names the secret after the user. */
	return str_eq(kube_label(&secret->meta, "strimzi.io/kind"), "KafkaUser") ? way->secret : NULL;
}

static void take_certificate(const struct kube_secret *secret, struct kafka_tls *tls)
{
	static const char *const certs[] = {"user.crt", "tls.crt"}, *const keys[] = {"user.key", "tls.key"};
	for (size_t i = 0; i < ARRAY_LEN(certs) && !tls->cert_pem; i++) {
		const char *cert = secret_value(secret, certs[i]), *key = secret_value(secret, keys[i]);
		if (!cert || !key)
			continue;
		tls->cert_pem = cert;
		tls->key_pem = key;
	}
}

/* ---- handing out ---- */

static void hand_out(struct kafka_seek *seek, struct kafka_entry *entry)
{
	const struct kafka_way *way = way_of(seek);
	struct err err = {0};
	entry->port = way->port;
	entry->server_name = way->server_name;
	entry->listener = way->listener;
	entry->declared = way->listener != NULL;
	entry->tls.enabled = way->tls || (!entry->declared && seek->ca.len);
	entry->tls.ca_pem = seek->ca.len ? buf_str(&seek->ca) : NULL;
	if (way->typed) {
		entry->sasl = (struct kafka_sasl){
			.mechanism = KAFKA_SASL_BEST, .user = seek->user, .password = seek->password};
		entry->origin = "the user given";
	}
	if (!tls_check_pem(entry->tls.ca_pem, entry->tls.cert_pem, entry->tls.key_pem, &err)) {
		err_prefix(&err, "%s", str_or(entry->origin, str_or(way->ca_secret, "the listener's certificates")));
		fail_way(seek, &err);
		return;
	}
	seek->options.on_found(seek->options.data, entry);
}

static void take_credentials(struct kafka_seek *seek, const struct kube_secret *secret)
{
	const struct kafka_way *way = way_of(seek);
	bool anything = way->auth == KAFKA_AUTH_ANY;
	char room[USER_MAX];
	struct err err = {0};
	CLEANUP(free) char *origin = str_printf("secret %s/%s", way->namespace, way->secret);
	struct kafka_entry entry = {.origin = origin};
	const char *user = user_of(way, secret, room, sizeof room), *password = secret_value(secret, "password");
	/* A KafkaUser's ca.crt is the authority of users, not of brokers. */
	if (!str_eq(kube_label(&secret->meta, "strimzi.io/kind"), "KafkaUser"))
		take_authorities(seek, secret);
	if (anything || way->auth == KAFKA_AUTH_CERTIFICATE)
		take_certificate(secret, &entry.tls);
	if (user && password && (anything || way->auth == KAFKA_AUTH_SCRAM))
		entry.sasl = (struct kafka_sasl){.mechanism = mechanism_of(secret), .user = user, .password = password};
	if (way->auth == KAFKA_AUTH_CERTIFICATE && !entry.tls.cert_pem)
		err_set(&err, ERR_NOT_FOUND, "%s holds no user.crt and user.key, which listener %s wants", origin,
			way->listener);
	else if (way->auth == KAFKA_AUTH_SCRAM && !entry.sasl.mechanism)
		err_set(&err, ERR_NOT_FOUND, "%s holds no user and password, which listener %s wants", origin,
			way->listener);
	else if (anything && !way->typed && !entry.sasl.mechanism && !entry.tls.cert_pem && !seek->ca.len)
		err_set(&err, ERR_NOT_FOUND, "%s holds neither ca.crt nor user and password nor user.crt and user.key",
			origin);
	if (err_is_set(&err))
		fail_way(seek, &err);
	else
		hand_out(seek, &entry);
}

/* ---- reading ---- */

static void on_credentials(void *data, const struct kube_secret *secret, const struct err *err)
{
	struct kafka_seek *seek = data;
	seek->read = NULL;
	if (secret)
		take_credentials(seek, secret);
	else
		fail_way(seek, err);
}

/* What the resource's status shows will do where the secret cannot be read. */
static void on_authority(void *data, const struct kube_secret *secret, const struct err *err)
{
	struct kafka_seek *seek = data;
	seek->read = NULL;
	if (secret)
		take_authorities(seek, secret);
	if (!seek->ca.len && way_of(seek)->ca_pem)
		buf_append_str(&seek->ca, way_of(seek)->ca_pem);
	if (seek->ca.len) {
		seek->authority_read = true;
		loop_timer_arm(seek->timer, 0);
		return;
	}
	struct err why = *err;
	if (!err_is_set(&why))
		err_set(&why, ERR_NOT_FOUND, "it holds no ca.crt");
	err_prefix(&why, "listener %s speaks TLS, and the authority to verify it cannot be had from secret %s/%s",
		   str_or(way_of(seek)->listener, "?"), seek->namespace, way_of(seek)->ca_secret);
	fail_way(seek, &why);
}

static void read_secret(struct kafka_seek *seek, const char *namespace, const char *name, secret_read_fn *done)
{
	struct err err = {0};
	seek->read = secret_read(seek->options.client, namespace, name, done, seek, &err);
	if (!seek->read)
		fail_way(seek, &err);
}

static void on_timer(void *data)
{
	struct kafka_seek *seek = data;
	if (seek->at >= seek->ways.count) {
		note(seek, &seek->ways.why);
		seek->options.on_none(seek->options.data, &seek->why);
		return;
	}
	const struct kafka_way *way = way_of(seek);
	if (way->tls && way->ca_secret && !seek->authority_read) {
		read_secret(seek, seek->namespace, way->ca_secret, on_authority);
		return;
	}
	if (way->tls && !seek->ca.len && way->ca_pem)
		buf_append_str(&seek->ca, way->ca_pem);
	if (way->secret)
		read_secret(seek, way->namespace, way->secret, on_credentials);
	else
		hand_out(seek, &(struct kafka_entry){0});
}

/* ---- public ---- */

struct kafka_seek *kafka_seek(const struct kafka_seek_options *options)
{
	struct kafka_seek *seek = mem_alloc(sizeof *seek);
	seek->options = *options;
	buf_init(&seek->ca, PEM_MAX);
	seek->namespace = mem_strdup(options->question.found->namespace);
	seek->user = mem_strdup(options->user);
	seek->password = mem_strdup(options->password);
	kafka_ways_find(&options->question, &seek->arena, &seek->ways);
	seek->options.question = (struct kafka_ways_question){0};
	seek->timer = loop_timer_create(options->loop, on_timer, seek);
	loop_timer_arm(seek->timer, 0);
	return seek;
}

void kafka_seek_next(struct kafka_seek *seek, const struct err *why)
{
	if (seek->at < seek->ways.count)
		fail_way(seek, why);
}

void kafka_seek_destroy(struct kafka_seek *seek)
{
	if (!seek)
		return;
	secret_read_cancel(seek->read);
	loop_timer_destroy(seek->timer);
	arena_finish(&seek->arena);
	buf_finish(&seek->ca);
	free(seek->namespace);
	free(seek->user);
	mem_free_secret(seek->password);
	free(seek);
}
