/* What the admin client shows and what it learns of what the brokers want. */
#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/kafka/client/admin_private.h"
#include "api/kafka/client/sasl.h"

void kafka_security_copy(struct kafka_admin_options *own, const struct kafka_tls *tls, const struct kafka_sasl *sasl)
{
	own->tls = *tls;
	own->tls.ca_pem = mem_strdup(tls->ca_pem);
	own->tls.cert_pem = mem_strdup(tls->cert_pem);
	own->tls.key_pem = mem_strdup(tls->key_pem);
	own->tls.server_name = mem_strdup(tls->server_name);
	own->sasl = *sasl;
	own->sasl.user = mem_strdup(sasl->user);
	own->sasl.password = mem_strdup(sasl->password);
}

void kafka_security_free(struct kafka_admin_options *own)
{
	free((char *)(uintptr_t)own->tls.ca_pem);
	free((char *)(uintptr_t)own->tls.cert_pem);
	mem_free_secret((char *)(uintptr_t)own->tls.key_pem);
	free((char *)(uintptr_t)own->tls.server_name);
	free((char *)(uintptr_t)own->sasl.user);
	mem_free_secret((char *)(uintptr_t)own->sasl.password);
}

static const char *const trouble_words[] = {
	[KAFKA_TROUBLE_NONE] = "none",
	[KAFKA_TROUBLE_NOT_PLAIN] = "not-plain",
	[KAFKA_TROUBLE_TLS] = "tls",
	[KAFKA_TROUBLE_LOGIN_WANTED] = "login-wanted",
	[KAFKA_TROUBLE_LOGIN_REFUSED] = "login-refused",
	[KAFKA_TROUBLE_MAYBE_LOGIN] = "maybe-login",
	[KAFKA_TROUBLE_MECHANISM] = "mechanism",
};

bool kafka_security_learn(struct kafka_node *node, const struct kafka_connection *connection, const struct err *err)
{
	struct kafka_admin *admin = node->admin;
	enum kafka_trouble trouble = kafka_connection_trouble(connection);
	bool first = !node->switched;
	if (trouble == KAFKA_TROUBLE_MECHANISM)
		admin->mechanism = kafka_connection_better(connection);
	else if (trouble == KAFKA_TROUBLE_MAYBE_LOGIN)
		admin->ask_login = true;
	else if (trouble && admin->options.on_trouble && !(node->id < 0 && kafka_admin_is_connected(admin)))
		admin->options.on_trouble(admin->options.trouble_data, trouble, err);
	if (trouble)
		log_info(LOG_KAFKA, "connection taught label=\"%s\" trouble=%s mechanism=%s ask_login=%s", node->label,
			 trouble_words[trouble], kafka_sasl_name(admin->mechanism), admin->ask_login ? "yes" : "no");
	/* Once: a broker that offers now this and now that must wait for the back-off. */
	bool again = first && (trouble == KAFKA_TROUBLE_MECHANISM || trouble == KAFKA_TROUBLE_MAYBE_LOGIN);
	node->switched |= again;
	return again;
}

/* What is still on its way uses the old settings; no call waits on it. */
static void start_over(struct kafka_node *node)
{
	const struct kafka_sasl *sasl = &node->admin->options.sasl;
	node->failures = 0;
	node->dial_at = 0;
	node->switched = false;
	if (node->connection && kafka_connection_is_ready(node->connection)) {
		kafka_connection_set_user(node->connection, sasl->user, sasl->password);
	} else {
		kafka_connection_destroy(node->connection);
		node->connection = NULL;
	}
}

void kafka_admin_set_security(struct kafka_admin *admin, const struct kafka_tls *tls, const struct kafka_sasl *sasl)
{
	struct kafka_admin_options before = admin->options;
	log_info(LOG_KAFKA, "security set label=\"%s\" tls=%s client_certificate=%s sasl=%s", before.label,
		 tls->enabled ? "yes" : "no", tls->cert_pem ? "yes" : "no", kafka_sasl_name(sasl->mechanism));
	kafka_security_copy(&admin->options, tls, sasl);
	admin->mechanism = KAFKA_SASL_NONE;
	err_clear(&admin->bootstrap_err);
	admin->ask_login = false;
	vec_each (&admin->brokers, node)
		start_over(*node);
	vec_each (&admin->bootstrap, node) {
		err_clear(&(*node)->err);
		start_over(*node);
	}
	kafka_security_free(&before);
	kafka_admin_kick(admin);
}
