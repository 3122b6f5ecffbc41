/* Runs a credential plugin without blocking: its environment, its pipes, its end, and how long it may take. It gets the
 * terminal only when it must ask the operator something. */
#include "api/kube/config/exec_plugin.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/base/buf.h"
#include "api/base/descriptors.h"
#include "api/base/json_write.h"
#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "api/base/vec.h"

extern char **environ;

enum {
	ANSWER_MAX = 1024 * 1024,
	COMPLAINT_MAX = 8 * 1024,
	INFO_MAX = 512 * 1024,
	PATIENCE_MS = 120 * 1000, /* plugins may open a browser by themselves */
	INTERACTIVE_PATIENCE_MS = 600 * 1000,
};

struct kube_exec_pipe {
	struct kube_exec_plugin_call *run;
	int fd;
	struct loop_fd *watch;
	struct buf text;
};

struct kube_exec_plugin_call {
	struct loop *loop;
	const struct kube_access *access;
	bool interactive;
	pid_t pid;
	int pid_fd;
	struct loop_fd *exit_watch;
	struct loop_timer *patience;
	struct kube_exec_pipe out, complaint;
	kube_exec_plugin_fn *fn;
	void *data;
};

/* ---- what the plugin is told ---- */

static void append_member(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", name);
	json_write_string(out, value);
}

static void append_cluster(struct buf *out, const struct kube_access *access)
{
	buf_append_str(out, ",\"cluster\":{");
	append_member(out, "server", access->server);
	append_member(out, "tls-server-name", access->tls_server_name);
	append_member(out, "proxy-url", access->proxy_url);
	if (access->ca_pem) {
		size_t len = strlen(access->ca_pem);
		CLEANUP(free) unsigned char *encoded = mem_alloc(len / 3 * 4 + 8);
		EVP_EncodeBlock(encoded, (const unsigned char *)access->ca_pem, (int)len);
		append_member(out, "certificate-authority-data", (const char *)encoded);
	}
	if (access->insecure)
		buf_append_str(out, ",\"insecure-skip-tls-verify\":true");
	if (access->disable_compression)
		buf_append_str(out, ",\"disable-compression\":true");
	if (access->exec->cluster_config)
		buf_printf(out, ",\"config\":%s", access->exec->cluster_config);
	buf_append_char(out, '}');
}

static char *exec_info(const struct kube_access *access, bool interactive)
{
	struct buf out = BUF_INIT(INFO_MAX);
	buf_printf(&out,
		   "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\",\"apiVersion\":\"%s\",\"spec\":{"
		   "\"interactive\":%s",
		   access->exec->api_version, interactive ? "true" : "false");
	if (access->exec->provide_cluster_info)
		append_cluster(&out, access);
	buf_append_str(&out, "}}");
	return buf_take(&out);
}

static bool exec_plugin_overridden(const struct kube_exec_plugin *plugin, const char *entry)
{
	for (size_t i = 0; i < plugin->env_count; i++) {
		size_t len = strlen(plugin->env[i].name);
		if (strncmp(entry, plugin->env[i].name, len) == 0 && entry[len] == '=')
			return true;
	}
	return str_has_prefix(entry, "KUBERNETES_EXEC_INFO=");
}

/* NULL-terminated; every entry and the list are the caller's. */
static char **exec_plugin_environment(const struct kube_access *access, bool interactive)
{
	VEC(char *) list = {0};
	for (char **entry = environ; *entry; entry++)
		if (!exec_plugin_overridden(access->exec, *entry))
			vec_push(&list, mem_strdup(*entry));
	for (size_t i = 0; i < access->exec->env_count; i++)
		vec_push(&list, str_printf("%s=%s", access->exec->env[i].name, str_or(access->exec->env[i].value, "")));
	vec_push(&list, exec_info(access, interactive));
	vec_push(&list, NULL);
	return list.items;
}

static char **exec_plugin_arguments(const struct kube_exec_plugin *plugin)
{
	VEC(char *) list = {0};
	vec_push(&list, plugin->command);
	for (char **arg = plugin->args; arg && *arg; arg++)
		vec_push(&list, *arg);
	vec_push(&list, NULL);
	return list.items;
}

/* ---- its end ---- */

static void close_end(struct kube_exec_pipe *end)
{
	loop_fd_remove(end->watch);
	end->watch = NULL;
	if (end->fd >= 0)
		close(end->fd);
	end->fd = -1;
}

static void exec_plugin_release(struct kube_exec_plugin_call *run)
{
	close_end(&run->out);
	close_end(&run->complaint);
	loop_fd_remove(run->exit_watch);
	if (run->pid_fd >= 0)
		close(run->pid_fd);
	loop_timer_destroy(run->patience);
	buf_finish_secret(&run->out.text);
	buf_finish(&run->complaint.text);
	free(run);
}

static void kill_child(struct kube_exec_plugin_call *run)
{
	if (run->pid <= 0)
		return;
	kill(run->interactive ? run->pid : -run->pid, SIGKILL);
	while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
		;
	run->pid = 0;
}

void kube_exec_plugin_cancel(struct kube_exec_plugin_call *run)
{
	if (!run)
		return;
	kill_child(run);
	exec_plugin_release(run);
}

static void exec_plugin_finish(struct kube_exec_plugin_call *run, const struct kube_exec_answer *answer,
			       const struct err *err)
{
	/* Not a word of what it was given, wrote or complained of. */
	log_debug(LOG_KUBE, "credential plugin ended pid=%d result=%s", (int)run->pid,
		  err ? err_code_word(err->code) : "ok");
	kube_exec_plugin_fn *fn = run->fn;
	void *data = run->data;
	fn(data, answer, err);
}

static void exec_plugin_complain(const struct kube_exec_plugin_call *run, const char *what, struct err *err)
{
	char clean[300];
	text_clean(buf_str(&run->complaint.text), run->complaint.text.len, clean, sizeof clean);
	err_set(err, ERR_UNAUTHORIZED, "the credential plugin %s %s%s%s", run->access->exec->command, what,
		clean[0] ? ": " : "", clean);
	err->is_private = true;
}

static bool exec_plugin_drain(struct kube_exec_pipe *end);

static void exec_plugin_conclude(struct kube_exec_plugin_call *run, int status)
{
	struct err err = {0};
	struct kube_exec_answer answer = {.expires_ms = -1};
	char what[64];
	while (exec_plugin_drain(&run->out) || exec_plugin_drain(&run->complaint))
		;
	cJSON *root = NULL;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		const struct kube_exec_plugin *plugin = run->access->exec;
		size_t len = run->out.text.overflow ? 0 : run->out.text.len;
		root = kube_exec_answer_read(plugin->command, plugin->api_version, buf_str(&run->out.text), len,
					     &answer, &err);
		if (!root)
			exec_plugin_complain(run, "did not return JSON", &err);
	} else {
		snprintf(what, sizeof what, WIFEXITED(status) ? "failed with exit code %d" : "was killed by signal %d",
			 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		exec_plugin_complain(run, what, &err);
	}
	run->pid = 0;
	exec_plugin_finish(run, err_is_set(&err) ? NULL : &answer, err_is_set(&err) ? &err : NULL);
	kube_exec_answer_free(root);
	exec_plugin_release(run);
}

/* ---- while it runs ---- */

/* Reads one piece; false at the end, or when there is nothing now. */
static bool exec_plugin_drain(struct kube_exec_pipe *end)
{
	char bytes[4096];
	ssize_t count = end->fd >= 0 ? read(end->fd, bytes, sizeof bytes) : 0;
	if (count > 0)
		(void)buf_append(&end->text, bytes, (size_t)count);
	explicit_bzero(bytes, sizeof bytes);
	return count > 0;
}

static void on_readable(void *data, unsigned ready)
{
	struct kube_exec_pipe *end = data;
	if (!exec_plugin_drain(end))
		close_end(end);
}

static void on_exit_seen(void *data, unsigned ready)
{
	struct kube_exec_plugin_call *run = data;
	int status;
	if (waitpid(run->pid, &status, WNOHANG) == run->pid)
		exec_plugin_conclude(run, status);
}

static void on_impatient(void *data)
{
	struct kube_exec_plugin_call *run = data;
	struct err err = {0};
	kill_child(run);
	exec_plugin_complain(run, "timed out", &err);
	err.code = ERR_TIMEOUT;
	exec_plugin_finish(run, NULL, &err);
	exec_plugin_release(run);
}

/* ---- its start ---- */

static bool open_pipe(struct kube_exec_plugin_call *run, struct kube_exec_pipe *end, int *child_fd, size_t max)
{
	int fds[2];
	*end = (struct kube_exec_pipe){.run = run, .fd = -1, .text = BUF_INIT(max)};
	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	end->fd = fds[0];
	*child_fd = fds[1];
	end->watch = loop_fd_add(run->loop, end->fd, LOOP_READ, on_readable, end);
	return true;
}

static int exec_plugin_spawn(struct kube_exec_plugin_call *run, int out_fd, int complaint_fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	/* On the terminal it must stay in our process group, or reading the keyboard would stop it. */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      (run->interactive ? 0 : POSIX_SPAWN_SETPGROUP));
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	if (!run->interactive) {
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_adddup2(&actions, complaint_fd, STDERR_FILENO);
	}
	char **argv = exec_plugin_arguments(run->access->exec),
	     **envp = exec_plugin_environment(run->access, run->interactive);
	descriptors_lend();
	int failed = posix_spawnp(&run->pid, run->access->exec->command, &actions, &attributes, argv, envp);
	descriptors_take_back();
	free(argv);
	for (char **entry = envp; *entry; entry++)
		mem_free_secret(*entry);
	free(envp);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return failed;
}

static bool exec_plugin_start(struct kube_exec_plugin_call *run, struct err *err)
{
	int out_fd = -1, complaint_fd = -1;
	if (!open_pipe(run, &run->out, &out_fd, ANSWER_MAX) ||
	    !open_pipe(run, &run->complaint, &complaint_fd, COMPLAINT_MAX)) {
		if (out_fd >= 0)
			close(out_fd);
		return err_set_errno(err, errno, "cannot create a pipe for the credential plugin");
	}
	int failed = exec_plugin_spawn(run, out_fd, complaint_fd);
	close(out_fd);
	close(complaint_fd);
	if (failed) {
		run->pid = 0;
		char hint[256] = "";
		const char *text = run->access->exec->install_hint;
		if (text)
			text_clean(text, strlen(text), hint, sizeof hint);
		return err_set(err, ERR_UNAUTHORIZED, "the credential plugin %s cannot be run: %s%s%s",
			       run->access->exec->command, strerror(failed), hint[0] ? ". " : "", hint);
	}
	run->pid_fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	if (run->pid_fd < 0) {
		err_set_errno(err, errno, "the credential plugin %s cannot be waited for", run->access->exec->command);
		kill_child(run);
		return false;
	}
	run->exit_watch = loop_fd_add(run->loop, run->pid_fd, LOOP_READ, on_exit_seen, run);
	loop_timer_arm(run->patience, run->interactive ? INTERACTIVE_PATIENCE_MS : PATIENCE_MS);
	return true;
}

struct kube_exec_plugin_call *kube_exec_plugin_run(struct loop *loop, const struct kube_access *access,
						   bool interactive, kube_exec_plugin_fn *fn, void *data,
						   struct err *err)
{
	struct kube_exec_plugin_call *run = mem_alloc(sizeof *run);
	*run = (struct kube_exec_plugin_call){
		.loop = loop, .access = access, .interactive = interactive, .fn = fn, .data = data, .pid_fd = -1};
	run->out.fd = run->complaint.fd = -1;
	run->patience = loop_timer_create(loop, on_impatient, run);
	bool started = exec_plugin_start(run, err);
	log_debug(LOG_KUBE, "credential plugin started pid=%d interactive=%s", (int)run->pid,
		  interactive ? "yes" : "no");
	if (started)
		return run;
	exec_plugin_release(run);
	return NULL;
}
