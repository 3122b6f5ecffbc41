/* A kubeconfig can make us run any program, so a person agrees first. What was agreed to is a digest of everything that
 * could change what is run or where the credentials go. */
#include "api/kube/config/exec_trust.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/file.h"
#include "api/base/log.h"
#include "api/base/str.h"
#include "api/base/text.h"

enum { BLOCK = 64 * 1024, COMMAND_SHOWN_MAX = 256, LINE_BYTES = 512 };

bool kube_exec_trust_is_needed(const struct kube_access *access)
{
	return access->exec && !access->token && !access->token_file && !access->username && !access->cert_pem;
}

static bool is_program(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

char *kube_exec_trust_resolve(const char *command)
{
	if (strchr(command, '/'))
		return is_program(command) ? mem_strdup(command) : NULL;
	for (const char *at = str_or(getenv("PATH"), "/usr/bin:/bin"); *at;) {
		size_t len = strcspn(at, ":");
		char *path = str_printf("%.*s%s%s", (int)len, at, len ? "/" : "./", command);
		if (is_program(path))
			return path;
		free(path);
		at += len + (at[len] == ':');
	}
	return NULL;
}

/* ---- the digest ---- */

/* With its length in front: "a","bc" must not be "ab","c". */
static void exec_trust_add(EVP_MD_CTX *context, const char *text)
{
	uint64_t len = text ? strlen(text) : UINT64_MAX;
	EVP_DigestUpdate(context, &len, sizeof len);
	if (text)
		EVP_DigestUpdate(context, text, (size_t)len);
}

/* A program that may be run but not read has its path alone. */
static void add_content(EVP_MD_CTX *context, const char *path)
{
	const struct file_use use = {.what = "the credential plugin", .follow = true};
	CLEANUP(close) int fd = file_open(path, &use, NULL);
	CLEANUP(free) char *block = mem_alloc(BLOCK);
	uint64_t total = 0;
	ssize_t count;
	while (fd >= 0 && (count = read(fd, block, BLOCK)) > 0) {
		EVP_DigestUpdate(context, block, (size_t)count);
		total += (uint64_t)count;
	}
	EVP_DigestUpdate(context, &total, sizeof total);
}

static void add_access(EVP_MD_CTX *context, const struct kube_access *access, const char *path)
{
	const struct kube_exec_plugin *plugin = access->exec;
	exec_trust_add(context, path);
	add_content(context, path);
	for (char **arg = plugin->args; arg && *arg; arg++)
		exec_trust_add(context, *arg);
	exec_trust_add(context, NULL);
	for (size_t i = 0; i < plugin->env_count; i++) {
		exec_trust_add(context, plugin->env[i].name);
		exec_trust_add(context, plugin->env[i].value);
	}
	exec_trust_add(context, NULL);
	/* The same command for another server would hand the credentials to whoever wrote that server's name. */
	exec_trust_add(context, access->server);
}

bool kube_exec_trust_digest(const struct kube_access *access, char digest[KUBE_EXEC_DIGEST_SIZE], struct err *err)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	CLEANUP(free) char *path = kube_exec_trust_resolve(access->exec->command);
	if (!path)
		return err_set(err, ERR_UNAUTHORIZED, "the credential plugin %s cannot be run: program not found%s%s",
			       access->exec->command, access->exec->install_hint ? ". " : "",
			       str_or(access->exec->install_hint, ""));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	add_access(context, access, path);
	EVP_DigestFinal_ex(context, bytes, &len);
	EVP_MD_CTX_free(context);
	for (unsigned i = 0; i < len; i++)
		snprintf(digest + 2 * (size_t)i, 3, "%02x", bytes[i]);
	return true;
}

/* ---- what is remembered ---- */

static char *store_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && *state == '/')
		return str_printf("%s/mqdeck/trusted-plugins", state);
	return home ? str_printf("%s/.local/state/mqdeck/trusted-plugins", home) : NULL;
}

/* What others may write to is nobody's agreement. */
static int exec_trust_open(const char *path, int flags, struct err *err)
{
	const struct file_use use = {.what = "the list of approved commands", .trust = FILE_PRIVATE, .flags = flags};
	return file_open(path, &use, err);
}

bool kube_exec_trust_is_remembered(const char *digest)
{
	struct err err = {0};
	char line[LINE_BYTES];
	bool found = false;
	CLEANUP(free) char *path = store_path();
	CLEANUP(close) int fd = path ? exec_trust_open(path, O_RDONLY, &err) : -1;
	if (fd < 0) {
		if (err.code != ERR_NOT_FOUND)
			log_warn(LOG_KUBE, "trust in plugins is not read error=\"%s\"", log_error_text(&err));
		return false;
	}
	FILE *file = fdopen(fd, "r");
	if (!file)
		return false;
	fd = -1;
	while (!found && fgets(line, sizeof line, file))
		found = strncmp(line, digest, KUBE_EXEC_DIGEST_SIZE - 1) == 0 && line[KUBE_EXEC_DIGEST_SIZE - 1] == ' ';
	fclose(file);
	return found;
}

static void make_folders(const char *path)
{
	CLEANUP(free) char *folder = mem_strdup(path);
	for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)!mkdir(folder, 0700);
		*slash = '/';
	}
}

bool kube_exec_trust_remember(const char *digest, const char *command, struct err *err)
{
	char clean[COMMAND_SHOWN_MAX];
	CLEANUP(free) char *path = store_path();
	if (!path)
		return err_set(err, ERR_SYSTEM, "nowhere to remember it: neither HOME nor XDG_STATE_HOME is set");
	make_folders(path);
	CLEANUP(close) int fd = exec_trust_open(path, O_WRONLY | O_APPEND | O_CREAT, err);
	if (fd < 0)
		return false;
	text_clean(command, strlen(command), clean, sizeof clean);
	if (dprintf(fd, "%s %s\n", digest, clean) < 0 || fsync(fd) < 0)
		return err_set_errno(err, errno, "cannot write %s", path);
	return true;
}
