/* The API's Status as an error: a code, and a sentence that says what was asked for and why it was refused. */
#include "api/kube/client/kube_status.h"

#include <stdio.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_url.h"

const struct kube_cause *kube_status_cause(const struct kube_status *status, const char *reason)
{
	for (size_t i = 0; i < status->cause_count; i++)
		if (str_eq(status->causes[i].reason, reason))
			return &status->causes[i];
	return NULL;
}

static enum err_code code_of(int http_status)
{
	static const struct {
		int status;
		enum err_code code;
	} codes[] = {
		{401, ERR_UNAUTHORIZED}, {403, ERR_FORBIDDEN}, {404, ERR_NOT_FOUND}, {405, ERR_UNSUPPORTED},
		{406, ERR_UNSUPPORTED},  {409, ERR_CONFLICT},  {410, ERR_GONE},      {413, ERR_LIMIT},
		{415, ERR_UNSUPPORTED},  {429, ERR_BUSY},      {502, ERR_BUSY},      {503, ERR_BUSY},
		{504, ERR_TIMEOUT},
	};
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].status == http_status)
			return codes[i].code;
	return ERR_SERVER;
}

/* "list of pods in namespace shop", or the bare method and path. */
static void status_describe(const char *method, const char *path, char *out, size_t size)
{
	struct kube_path parsed;
	if (!kube_path_parse(path, &parsed)) {
		snprintf(out, size, "%s %s", method, path);
		return;
	}
	snprintf(out, size, "%s of %s%s%s%s%s%s%s", kube_path_verb(&parsed, method), parsed.resource,
		 parsed.subresource[0] ? "/" : "", parsed.subresource, parsed.name[0] ? " " : "", parsed.name,
		 parsed.namespace[0] ? " in namespace " : "", parsed.namespace);
}

static void append_causes(const struct kube_status *status, struct buf *out)
{
	for (size_t i = 0; i < status->cause_count && i < 4; i++) {
		const char *text = str_or(status->causes[i].message, status->causes[i].reason);
		/* Validation failures repeat their causes in the message. */
		if (str_empty(text) || (status->message && strstr(status->message, text)))
			continue;
		buf_printf(out, "%s%s", i ? "; " : " – ", text);
	}
}

void kube_status_foreign(int http_status, const char *instead, struct err *err)
{
	if (http_status >= 500)
		err_set(err, code_of(http_status), "%s: a proxy or load balancer answers for the Kubernetes API",
			instead);
	else
		err_set(err, http_status < 400 ? ERR_PARSE : code_of(http_status),
			"%s, not the Kubernetes API: check the server address and the proxy in the kubeconfig, or sign "
			"in to "
			"the network first",
			instead);
}

void kube_status_err(int http_status, const struct kube_status *status, const char *body, const char *method,
		     const char *path, struct err *err)
{
	char what[512];
	status_describe(method, path, what, sizeof what);
	enum err_code code = code_of(http_status);
	if (code == ERR_UNAUTHORIZED) {
		err_set(err, code, "%s: 401 Unauthorized: credentials rejected; log in again or check the kubeconfig",
			what);
		return;
	}
	struct buf text = BUF_INIT(ERR_TEXT_MAX);
	if (status && !str_empty(status->message)) {
		buf_printf(&text, "%.400s", status->message);
		append_causes(status, &text);
	} else {
		int first_line = (int)strcspn(body ? body : "", "\r\n");
		buf_printf(&text, "HTTP %d%s%.*s", http_status, first_line ? ": " : "",
			   first_line < 200 ? first_line : 200, body ? body : "");
	}
	/* A forbidden answer of the server names the verb and the resource itself; a proxy in front of it does not. */
	bool says_what = status && code == ERR_FORBIDDEN && status->message && strstr(status->message, "cannot");
	if (says_what)
		err_set(err, code, "%s", buf_str(&text));
	else if (code == ERR_FORBIDDEN)
		err_set(err, code, "permission denied: %s (%s)", what, buf_str(&text));
	else
		err_set(err, code, "%s: %s", what, buf_str(&text));
	buf_finish(&text);
}
