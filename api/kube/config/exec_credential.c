/* What a credential plugin prints: an ExecCredential (client-go pkg/apis/clientauthentication). */
#include <cjson/cJSON.h>
#include <string.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/kube/config/exec_plugin.h"

static void exec_answer_wipe(cJSON *item)
{
	for (; item; item = item->next) {
		if (item->valuestring)
			explicit_bzero(item->valuestring, strlen(item->valuestring));
		exec_answer_wipe(item->child);
	}
}

static const char *member_text(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
	return str_empty(text) ? NULL : text;
}

static bool read_members(const char *command, const char *api_version, const cJSON *root,
			 struct kube_exec_answer *answer, struct err *err)
{
	const char *version = member_text(root, "apiVersion");
	const cJSON *status = cJSON_GetObjectItemCaseSensitive(root, "status");
	if (!str_eq(member_text(root, "kind"), "ExecCredential"))
		return err_set(err, ERR_UNAUTHORIZED, "the credential plugin %s did not return an ExecCredential",
			       command);
	if (!str_eq(version, api_version))
		return err_set(err, ERR_UNAUTHORIZED, "the credential plugin %s returned %.80s instead of %s", command,
			       str_or(version, "no version"), api_version);
	answer->token = member_text(status, "token");
	answer->cert_pem = member_text(status, "clientCertificateData");
	answer->key_pem = member_text(status, "clientKeyData");
	const char *expires = member_text(status, "expirationTimestamp");
	answer->expires_ms = expires ? clock_parse_rfc3339(expires) : -1;
	if (expires && answer->expires_ms < 0)
		return err_set(err, ERR_UNAUTHORIZED,
			       "the credential plugin %s returned an invalid expirationTimestamp", command);
	if (!answer->cert_pem != !answer->key_pem)
		return err_set(err, ERR_UNAUTHORIZED,
			       "the credential plugin %s returned a certificate without its key, or a key without its "
			       "certificate",
			       command);
	if (!answer->token && !answer->cert_pem)
		return err_set(err, ERR_UNAUTHORIZED,
			       "the credential plugin %s returned neither a token nor a certificate", command);
	return true;
}

cJSON *kube_exec_answer_read(const char *command, const char *api_version, const char *json, size_t len,
			     struct kube_exec_answer *answer, struct err *err)
{
	/* cJSON ends a text at a NUL: half a token would be sent. */
	bool has_nul = len > 0 && (memchr(json, 0, len) || memmem(json, len, "\\u0000", 6));
	cJSON *root = cJSON_ParseWithLength(json, len);
	*answer = (struct kube_exec_answer){.expires_ms = -1};
	if (root && has_nul)
		err_set(err, ERR_UNAUTHORIZED, "the credential plugin %s returned a text with a NUL character",
			command);
	else if (root)
		(void)!read_members(command, api_version, root, answer, err);
	return root;
}

void kube_exec_answer_free(cJSON *root)
{
	exec_answer_wipe(root);
	cJSON_Delete(root);
}
