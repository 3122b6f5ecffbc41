/* Goes through the candidates: a secret at a time is read, handed to the client and wiped. */
#include "api/model/sources/kafka_connector.h"

#include <string.h>

#include "api/base/buf.h"
#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/sasl.h"
#include "api/model/sources/secret_read.h"
#include "api/net/net_tls.h"

enum { PEM_MAX = 256 * 1024, USER_MAX = 256 };

struct source_kafka_connector {
	struct source_kafka_connector_options options;
	struct arena arena;
	struct source_kafka_candidates candidates;
	size_t at; /* the candidate tried now */
	char *namespace;
	char *user, *password;
	struct loop_timer *timer; /* so that nothing is called from inside a call */
	struct source_secret_read *read;
	bool authority_read; /* for this candidate */
	struct buf ca;       /* PEM, for this candidate */
	struct err why;      /* of the first candidate that failed */
};

static const struct source_kafka_candidate *candidate_of(const struct source_kafka_connector *connector)
{
	return &connector->candidates.items[connector->at];
}

static void connector_note(struct source_kafka_connector *connector, const struct err *why)
{
	if (!err_is_set(&connector->why) && why)
		connector->why = *why;
}

static void connector_try_on(struct source_kafka_connector *connector)
{
	connector->at++;
	connector->authority_read = false;
	buf_clear(&connector->ca);
	loop_timer_arm(connector->timer, 0);
}

static void fail_candidate(struct source_kafka_connector *connector, const struct err *why)
{
	log_info(LOG_MODEL, "candidate given up namespace=%s number=%zu of=%zu port=%u error=\"%s\"",
		 connector->namespace, connector->at + 1, connector->candidates.count,
		 (unsigned)candidate_of(connector)->port, why ? log_error_text(why) : "");
	connector_note(connector, why);
	connector_try_on(connector);
}

/* ---- what a secret holds ---- */

/* Strimzi keeps the authority before last as "ca-DATE.crt" while brokers still show certificates of it. */
static void take_authorities(struct source_kafka_connector *connector, const struct kube_secret *secret)
{
	for (size_t i = 0; i < secret->data_count; i++)
		if (str_has_prefix(str_or(secret->data[i].key, ""), "ca") &&
		    str_has_suffix(secret->data[i].key, ".crt") && !str_empty(secret->data[i].value))
			buf_printf(&connector->ca, "%s\n", secret->data[i].value);
}

static enum kafka_sasl_mechanism mechanism_of(const struct kube_secret *secret)
{
	static const char *const keys[] = {"mechanism", "sasl.mechanism"};
	const char *name = source_secret_first(secret, keys, ARRAY_LEN(keys));
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

static const char *user_of(const struct source_kafka_candidate *candidate, const struct kube_secret *secret, char *room,
			   size_t size)
{
	static const char *const keys[] = {"username", "user"};
	const char *user = source_secret_first(secret, keys, ARRAY_LEN(keys));
	if (user)
		return user;
	if (user_of_jaas(source_secret_value(secret, "sasl.jaas.config"), room, size))
		return room;
	if (candidate->user)
		return candidate->user;
	/* Strimzi names the secret after the user. */
	return str_eq(kube_label(&secret->meta, "strimzi.io/kind"), "KafkaUser") ? candidate->secret : NULL;
}

static void take_certificate(const struct kube_secret *secret, struct kafka_tls *tls)
{
	static const char *const certs[] = {"user.crt", "tls.crt"}, *const keys[] = {"user.key", "tls.key"};
	for (size_t i = 0; i < ARRAY_LEN(certs) && !tls->cert_pem; i++) {
		const char *cert = source_secret_value(secret, certs[i]), *key = source_secret_value(secret, keys[i]);
		if (!cert || !key)
			continue;
		tls->cert_pem = cert;
		tls->key_pem = key;
	}
}

/* ---- handing out ---- */

static void connector_hand_out(struct source_kafka_connector *connector, struct source_kafka_entry *entry)
{
	const struct source_kafka_candidate *candidate = candidate_of(connector);
	struct err err = {0};
	entry->port = candidate->port;
	entry->server_name = candidate->server_name;
	entry->listener = candidate->listener;
	entry->declared = candidate->listener != NULL;
	entry->tls.enabled = candidate->tls || (!entry->declared && connector->ca.len);
	entry->tls.ca_pem = connector->ca.len ? buf_str(&connector->ca) : NULL;
	if (candidate->typed) {
		entry->sasl = (struct kafka_sasl){
			.mechanism = KAFKA_SASL_BEST, .user = connector->user, .password = connector->password};
		entry->origin = "the credentials entered";
	}
	if (!net_tls_check_pem(entry->tls.ca_pem, entry->tls.cert_pem, entry->tls.key_pem, &err)) {
		err_prefix(&err, "%s",
			   str_or(entry->origin, str_or(candidate->ca_secret, "the listener's certificates")));
		fail_candidate(connector, &err);
		return;
	}
	connector->options.on_found(connector->options.data, entry);
}

/* Why the candidate cannot be tried with what its secret held; ERR_NONE = it can. */
static struct err what_is_missing(const struct source_kafka_connector *connector,
				  const struct source_kafka_entry *entry)
{
	const struct source_kafka_candidate *candidate = candidate_of(connector);
	bool anything = candidate->auth == SOURCE_KAFKA_AUTH_ANY;
	struct err err = {0};
	if (candidate->auth == SOURCE_KAFKA_AUTH_CERTIFICATE && !entry->tls.cert_pem)
		err_set(&err, ERR_NOT_FOUND, "%s has no user.crt and user.key, which listener %s requires",
			entry->origin, candidate->listener);
	else if (candidate->auth == SOURCE_KAFKA_AUTH_SCRAM && !entry->sasl.mechanism)
		err_set(&err, ERR_NOT_FOUND, "%s has no username and password, which listener %s requires",
			entry->origin, candidate->listener);
	else if (anything && !candidate->typed && !entry->sasl.mechanism && !entry->tls.cert_pem && !connector->ca.len)
		err_set(&err, ERR_NOT_FOUND,
			"%s has neither ca.crt, nor username and password, nor user.crt and user.key", entry->origin);
	return err;
}

static void take_credentials(struct source_kafka_connector *connector, const struct kube_secret *secret)
{
	const struct source_kafka_candidate *candidate = candidate_of(connector);
	bool anything = candidate->auth == SOURCE_KAFKA_AUTH_ANY;
	char room[USER_MAX];
	CLEANUP(free) char *origin = str_printf("secret %s/%s", candidate->namespace, candidate->secret);
	struct source_kafka_entry entry = {.origin = origin};
	const char *user = user_of(candidate, secret, room, sizeof room),
		   *password = source_secret_value(secret, "password");
	/* A KafkaUser's ca.crt is the authority of users, not of brokers. */
	if (!str_eq(kube_label(&secret->meta, "strimzi.io/kind"), "KafkaUser"))
		take_authorities(connector, secret);
	if (anything || candidate->auth == SOURCE_KAFKA_AUTH_CERTIFICATE)
		take_certificate(secret, &entry.tls);
	if (user && password && (anything || candidate->auth == SOURCE_KAFKA_AUTH_SCRAM))
		entry.sasl = (struct kafka_sasl){.mechanism = mechanism_of(secret), .user = user, .password = password};
	struct err err = what_is_missing(connector, &entry);
	if (err_is_set(&err))
		fail_candidate(connector, &err);
	else
		connector_hand_out(connector, &entry);
}

/* ---- reading ---- */

static void connector_on_credentials(void *data, const struct kube_secret *secret, const struct err *err)
{
	struct source_kafka_connector *connector = data;
	connector->read = NULL;
	if (secret)
		take_credentials(connector, secret);
	else
		fail_candidate(connector, err);
}

/* What the resource's status shows will do where the secret cannot be read. */
static void connector_on_authority(void *data, const struct kube_secret *secret, const struct err *err)
{
	struct source_kafka_connector *connector = data;
	connector->read = NULL;
	if (secret)
		take_authorities(connector, secret);
	if (!connector->ca.len && candidate_of(connector)->ca_pem)
		buf_append_str(&connector->ca, candidate_of(connector)->ca_pem);
	if (connector->ca.len) {
		connector->authority_read = true;
		loop_timer_arm(connector->timer, 0);
		return;
	}
	struct err why = *err;
	if (!err_is_set(&why))
		err_set(&why, ERR_NOT_FOUND, "it has no ca.crt");
	err_prefix(&why, "listener %s uses TLS, and the CA certificate to verify it cannot be read from secret %s/%s",
		   str_or(candidate_of(connector)->listener, "?"), connector->namespace,
		   candidate_of(connector)->ca_secret);
	fail_candidate(connector, &why);
}

static void read_secret(struct source_kafka_connector *connector, const char *namespace, const char *name,
			source_secret_read_fn *done)
{
	connector->read = source_secret_read(connector->options.client, connector->options.share, KUBE_SECRETS,
					     namespace, name, done, connector);
}

static void connector_on_timer(void *data)
{
	struct source_kafka_connector *connector = data;
	if (connector->at >= connector->candidates.count) {
		connector_note(connector, &connector->candidates.why);
		connector->options.on_none(connector->options.data, &connector->why);
		return;
	}
	const struct source_kafka_candidate *candidate = candidate_of(connector);
	log_debug(LOG_MODEL, "candidate namespace=%s number=%zu of=%zu listener=%s port=%u tls=%s from=%s",
		  connector->namespace, connector->at + 1, connector->candidates.count,
		  str_or(candidate->listener, "-"), (unsigned)candidate->port, candidate->tls ? "yes" : "no",
		  candidate->typed ? "typed" : str_or(candidate->secret, "-"));
	if (candidate->tls && candidate->ca_secret && !connector->authority_read) {
		read_secret(connector, connector->namespace, candidate->ca_secret, connector_on_authority);
		return;
	}
	if (candidate->tls && !connector->ca.len && candidate->ca_pem)
		buf_append_str(&connector->ca, candidate->ca_pem);
	if (candidate->secret)
		read_secret(connector, candidate->namespace, candidate->secret, connector_on_credentials);
	else
		connector_hand_out(connector, &(struct source_kafka_entry){0});
}

/* ---- public ---- */

struct source_kafka_connector *source_kafka_connector_start(const struct source_kafka_connector_options *options)
{
	struct source_kafka_connector *connector = mem_alloc(sizeof *connector);
	connector->options = *options;
	buf_init(&connector->ca, PEM_MAX);
	connector->namespace = mem_strdup(options->question.found->namespace);
	connector->user = mem_strdup(options->user);
	connector->password = mem_strdup(options->password);
	source_kafka_candidates_find(&options->question, &connector->arena, &connector->candidates);
	connector->options.question = (struct source_kafka_question){0};
	connector->timer = loop_timer_create(options->loop, connector_on_timer, connector);
	loop_timer_arm(connector->timer, 0);
	return connector;
}

void source_kafka_connector_next(struct source_kafka_connector *connector, const struct err *why)
{
	if (connector->at < connector->candidates.count)
		fail_candidate(connector, why);
}

void source_kafka_connector_destroy(struct source_kafka_connector *connector)
{
	if (!connector)
		return;
	source_secret_read_cancel(connector->read);
	loop_timer_destroy(connector->timer);
	arena_finish(&connector->arena);
	buf_finish(&connector->ca);
	free(connector->namespace);
	free(connector->user);
	mem_free_secret(connector->password);
	free(connector);
}
