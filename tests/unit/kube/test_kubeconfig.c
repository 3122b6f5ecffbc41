#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/buf.h"
#include "api/base/str.h"
#include "api/kube/config/kubeconfig.h"

/* A folder of its own, and an environment that names nothing. */
static int set_up(void **state)
{
	char *folder = mem_strdup("/tmp/mqdeck-kubeconfig-XXXXXX");
	assert_non_null(mkdtemp(folder));
	unsetenv("KUBECONFIG");
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	setenv("HOME", folder, 1);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	CLEANUP(free) char *command = str_printf("rm -rf %s", (char *)*state);
	assert_int_equal(system(command), 0);
	free(*state);
	return 0;
}

static char *write_file(const char *folder, const char *name, const char *text)
{
	char *path = str_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, 0600);
	return path;
}

static const char minimal[] =
	"clusters:\n- name: c\n  cluster: {server: \"https://one:6443/prefix/?x#y\"}\n"
	"users:\n- name: u\n  user: {token: t1}\n"
	"contexts:\n- name: x\n  context: {cluster: c, user: u, namespace: shop}\ncurrent-context: x\n";

static struct kube_access *resolve_text(const char *text, struct err *err)
{
	CLEANUP(kubeconfig_destroy)
	struct kubeconfig *config = kubeconfig_load(&(struct kubeconfig_options){.text = text}, err);
	return config ? kubeconfig_resolve(config, NULL, err) : NULL;
}

static void resolves_a_context(void **state)
{
	struct err err = {0};
	CLEANUP(kube_access_destroy) struct kube_access *access = resolve_text(minimal, &err);
	assert_non_null(access);
	assert_string_equal(access->server, "https://one:6443/prefix");
	assert_string_equal(access->token, "t1");
	assert_string_equal(access->namespace, "shop");
	assert_string_equal(access->context, "x");
	assert_string_equal(access->cluster, "c");
	assert_string_equal(access->user, "u");
	assert_false(access->insecure);
}

/* The first file that defines a name wins as a whole; the first current-context wins; missing and empty files are
 * passed. */
static void merges_files(void **state)
{
	const char *folder = *state;
	struct err err = {0};
	CLEANUP(free)
	char *first = write_file(folder, "a",
				 "users:\n- name: u\n  user: {username: first}\nclusters:\n- name: c\n"
				 "  cluster: {server: \"https://first\"}\n");
	CLEANUP(free) char *empty = write_file(folder, "empty", "");
	CLEANUP(free) char *second = write_file(folder, "b", minimal);
	CLEANUP(free)
	char *third = write_file(folder, "c",
				 "current-context: other\ncontexts:\n- name: other\n"
				 "  context: {cluster: c, user: u}\n");
	CLEANUP(free) char *list = str_printf("%s:%s/none:%s::%s:%s:%s", first, folder, empty, second, third, first);
	setenv("KUBECONFIG", list, 1);
	CLEANUP(kubeconfig_destroy)
	struct kubeconfig *config = kubeconfig_load(&(struct kubeconfig_options){0}, &err);
	assert_non_null(config);
	assert_int_equal(kubeconfig_context_count(config), 2);
	assert_string_equal(kubeconfig_context_name(config, 0), "x");
	assert_string_equal(kubeconfig_context_name(config, 1), "other");
	assert_string_equal(kubeconfig_current_context(config), "x");
	CLEANUP(kube_access_destroy) struct kube_access *access = kubeconfig_resolve(config, NULL, &err);
	assert_non_null(access);
	assert_string_equal(access->server, "https://first");
	assert_string_equal(access->username, "first");
	assert_null(access->token);
	CLEANUP(kube_access_destroy) struct kube_access *other = kubeconfig_resolve(config, "other", &err);
	assert_string_equal(other->namespace, "default");
	assert_null(kubeconfig_resolve(config, "nobody", &err));
	assert_non_null(strstr(err.text, "context nobody not found; available: x, other"));
}

static void the_flag_stands_alone(void **state)
{
	const char *folder = *state;
	struct err err = {0};
	CLEANUP(free) char *path = write_file(folder, "b", minimal);
	setenv("KUBECONFIG", "/does/not/exist", 1);
	const char *groups[] = {"g1", "g2", NULL};
	struct kubeconfig_options options = {
		.kubeconfig = path, .namespace = "n", .as = "jane", .as_groups = groups, .request_timeout_ms = 5};
	CLEANUP(kubeconfig_destroy) struct kubeconfig *config = kubeconfig_load(&options, &err);
	CLEANUP(kube_access_destroy) struct kube_access *access = kubeconfig_resolve(config, NULL, &err);
	assert_string_equal(access->namespace, "n");
	assert_string_equal(access->as, "jane");
	assert_string_equal(access->as_groups[1], "g2");
	assert_int_equal(access->request_timeout_ms, 5);
	options.kubeconfig = "/does/not/exist";
	assert_null(kubeconfig_load(&options, &err));
	assert_non_null(strstr(err.text, "/does/not/exist, given with --kubeconfig"));
}

static void nothing_found_says_where_it_looked(void **state)
{
	struct err err = {0};
	assert_null(kubeconfig_load(&(struct kubeconfig_options){0}, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, (const char *)*state));
	assert_non_null(strstr(err.text, "/.kube/config"));
	assert_non_null(strstr(err.text, "mqdeck --demo"));
	setenv("KUBECONFIG", "/no/a:/no/b", 1);
	assert_null(kubeconfig_load(&(struct kubeconfig_options){0}, &err));
	assert_non_null(strstr(err.text, "/no/a, /no/b (from $KUBECONFIG)"));
}

static void paths_are_relative_to_the_file(void **state)
{
	const char *folder = *state;
	struct err err = {0};
	CLEANUP(free) char *ca = write_file(folder, "ca.pem", "CA TEXT");
	CLEANUP(free)
	char *path = write_file(folder, "cfg",
				"clusters:\n- name: c\n  cluster: {server: s, certificate-authority: ca.pem, "
				"tls-server-name: sni, proxy-url: "
				"\"socks5://p:1\"}\nusers:\n- name: u\n  user:\n    tokenFile: tok\n    "
				"client-certificate-data: Q0VSVA==\n"
				"    client-key-data: S0VZ\ncontexts:\n- name: x\n  context: {cluster: c, user: "
				"u}\ncurrent-context: x\n");
	CLEANUP(kubeconfig_destroy)
	struct kubeconfig *config = kubeconfig_load(&(struct kubeconfig_options){.kubeconfig = path}, &err);
	CLEANUP(kube_access_destroy) struct kube_access *access = kubeconfig_resolve(config, NULL, &err);
	assert_non_null(access);
	CLEANUP(free) char *token_file = str_printf("%s/tok", folder);
	assert_string_equal(access->token_file, token_file);
	assert_string_equal(access->ca_pem, "CA TEXT");
	assert_string_equal(access->cert_pem, "CERT");
	assert_string_equal(access->key_pem, "KEY");
	assert_string_equal(access->server, "https://s");
	assert_string_equal(access->tls_server_name, "sni");
	assert_string_equal(access->proxy_url, "socks5://p:1");
	unlink(ca);
	assert_null(kubeconfig_resolve(config, NULL, &err));
	assert_non_null(strstr(err.text, "cfg:3:"));
	assert_non_null(strstr(err.text, "ca.pem"));
}

#define EXEC_CONFIG(exec)                                                                                              \
	"clusters:\n- name: c\n  cluster:\n    server: https://s\n    extensions:\n    - name: "                       \
	"client.authentication.k8s.io/exec\n"                                                                          \
	"      extension: {audience: a, n: 3, list: [true, \"x\"]}\nusers:\n- name: u\n  user:\n    exec:\n" exec      \
	"contexts:\n- name: x\n  context: {cluster: c, user: u}\ncurrent-context: x\n"

static void exec_plugins(void **state)
{
	const char *folder = *state;
	struct err err = {0};
	CLEANUP(free)
	char *path =
		write_file(folder, "cfg",
			   EXEC_CONFIG("      apiVersion: client.authentication.k8s.io/v1\n      command: bin/login\n"
				       "      args: [get, token]\n      env:\n      - {name: A, value: b}\n"
				       "      interactiveMode: Never\n      provideClusterInfo: true\n"));
	struct kubeconfig_options options = {.kubeconfig = path};
	CLEANUP(kubeconfig_destroy) struct kubeconfig *config = kubeconfig_load(&options, &err);
	CLEANUP(kube_access_destroy) struct kube_access *access = kubeconfig_resolve(config, NULL, &err);
	assert_non_null(access);
	CLEANUP(free) char *command = str_printf("%s/bin/login", folder);
	assert_string_equal(access->exec->command, command);
	assert_string_equal(access->exec->args[1], "token");
	assert_null(access->exec->args[2]);
	assert_string_equal(access->exec->env[0].value, "b");
	assert_int_equal(access->exec->interactive, KUBE_INTERACTIVE_NEVER);
	assert_true(access->exec->provide_cluster_info);
	assert_string_equal(access->exec->cluster_config, "{\"audience\":\"a\",\"n\":3,\"list\":[true,\"x\"]}");

	chmod(path, 0620);
	CLEANUP(kubeconfig_destroy) struct kubeconfig *open_to_others = kubeconfig_load(&options, &err);
	assert_null(kubeconfig_resolve(open_to_others, NULL, &err));
	assert_non_null(strstr(err.text, "chmod go-w"));
}

/* The same file, the same cluster and the same rights as with kubectl. */
static void keys_twice_and_merges_are_read_as_kubectl_reads_them(void **state)
{
	static const struct {
		const char *cluster, *server;
	} cases[] = {
		{"{server: \"https://old\", server: \"https://new\"}", "https://new"},
		{"{server: \"one:6443\", insecure-skip-tls-verify: true}", "https://one:6443"},
		{"{server: \"127.0.0.1:8080/\"}", "http://127.0.0.1:8080"},
		{"{<<: *base}", "https://base"},
		{"{<<: *base, server: \"https://own\"}", "https://own"},
		{"{<<: [*base, *other]}", "https://base"}, /* the first has precedence */
		{"{<<: *other, <<: *base}", "https://base"},
		{"{<<: *through}", "https://base"},
		{"{\"<<\": x, server: \"https://own\"}", "https://own"}, /* quoted it is a name like any other */
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		CLEANUP(free)
		char *text = str_printf(
			"x-base: &base {server: \"https://base\"}\nx-other: &other {server: \"https://other\"}\n"
			"x-through: &through {<<: *base, tls-server-name: n}\n"
			"current-context: gone\nclusters: [{name: c, cluster: {server: \"https://gone\"}}]\n"
			"clusters:\n- {name: c, cluster: %s}\nusers:\n- name: u\n  user: {token: a, token: b, "
			"as-groups: [], as-user-extra: {}}\ncontexts:\n"
			"- {name: x, context: {cluster: c, user: u}}\ncurrent-context: x\n",
			cases[i].cluster);
		CLEANUP(kube_access_destroy) struct kube_access *access = resolve_text(text, &err);
		if (!access)
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(access->server, cases[i].server);
		assert_string_equal(access->token, "b");
	}
}

struct wrong {
	const char *text, *place, *says;
};

/* The token, or the server that it is sent to, may be in the other file. */
static void files_of_everybody_lead_no_credentials(void **state)
{
	const char *folder = *state;
	CLEANUP(free) char *user = write_file(folder, "user", "users:\n- {name: u, user: {token: t}}\n");
	CLEANUP(free)
	char *rest =
		write_file(folder, "rest",
			   "clusters:\n- {name: c, cluster: {server: \"https://s\"}}\n"
			   "contexts:\n- {name: x, context: {cluster: c, user: u}}\n- {name: y, context: {cluster: "
			   "c}}\ncurrent-context: x\n");
	CLEANUP(free) char *list = str_printf("%s:%s", user, rest);
	const char *const both[] = {user, rest};
	setenv("KUBECONFIG", list, 1);
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		struct err err = {0};
		chmod(both[i], 0662);
		CLEANUP(kubeconfig_destroy)
		struct kubeconfig *config = kubeconfig_load(&(struct kubeconfig_options){0}, &err);
		assert_null(kubeconfig_resolve(config, NULL, &err));
		assert_non_null(strstr(err.text, "is writable by everybody (mode 0662)"));
		CLEANUP(kube_access_destroy) struct kube_access *nobody = kubeconfig_resolve(config, "y", &err);
		assert_non_null(nobody); /* sends nothing */
		chmod(both[i], 0600);
	}
}

static void mistakes_have_a_place(void **state)
{
	static const struct wrong cases[] = {
		{"a: [1, 2\nb: c\n", "kubeconfig:2:", ""},
		{"\tx: y\n", "kubeconfig:1:1", ""},
		{"- a\n", "kubeconfig:1:1", "mapping"},
		{"kind: Pod\n", "kubeconfig:1:7", "not a kubeconfig: its kind is Pod instead of Config"},
		{"kind: Config\napiVersion: v2\n", "kubeconfig:2:13", "its apiVersion is v2 instead of v1"},
		{"clusters: 7\n", "kubeconfig:1:11", "must be a list"},
		{"clusters:\n- cluster: {}\n", "kubeconfig:2:3", "no name"},
		{"current-context: [x]\n", "kubeconfig:1:18", "must be a string"},
		{"contexts:\n- name: x\n  context: {cluster: nope}\ncurrent-context: x\n", "",
		 "nope, which is not defined"},
		{"contexts: []\n", "", "no current-context"},
		{"? [a]\n: b\n", "kubeconfig:1:1", "key"},
		{"users:\n- name: u\n- name: u\n", "kubeconfig:3:3", "users has u a second time, after line 2"},
		{"contexts:\n- name: x\n- name: x\n", "kubeconfig:3:3", "contexts has x a second time"},
		{"contexts:\n- name: 42\n", "kubeconfig:2:9", "name must be a string: put its value in quotes"},
		{"current-context: off\n", "kubeconfig:1:18", "put its value in quotes"},
		{"a: &a\n  <<: *a\n", "kubeconfig:1:4", "merged into itself"},
		{"a: {<<: 7}\n", "kubeconfig:1:9", "<< requires a mapping"},
		{"a: {<<: [{}, x]}\n", "kubeconfig:1:14", "<< requires a mapping"},
		{EXEC_CONFIG("      apiVersion: client.authentication.k8s.io/v1alpha1\n      command: x\n"),
		 "kubeconfig:12:7", "v1beta1"},
		{EXEC_CONFIG("      apiVersion: client.authentication.k8s.io/v1\n      command: x\n"),
		 "kubeconfig:12:7", "interactiveMode"},
		{EXEC_CONFIG("      apiVersion: client.authentication.k8s.io/v1\n      command: x\n      "
			     "interactiveMode: Maybe\n"),
		 "kubeconfig:14:24", "Never"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct kube_access *access = resolve_text(cases[i].text, &err);
		assert_null(access);
		assert_int_equal(err.code, ERR_CONFIG);
		if (!strstr(err.text, cases[i].place) || !strstr(err.text, cases[i].says))
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void users_that_make_no_sense(void **state)
{
	static const struct {
		const char *user, *says;
	} cases[] = {
		{"{token: t, username: u}", "both a token and a username"},
		{"{tokenFile: t, password: u}", "both a token and a username"},
		{"{client-certificate-data: QQ==}", "without its key"},
		{"{client-certificate-data: QQ==, client-certificate: x}", "both client-certificate and"},
		{"{client-key-data: \"%%\"}", "not base64"},
		{"{auth-provider: {name: gcp}}", "auth-provider"},
		{"{as-groups: [g]}", "require `as`"},
		{"{as: \"a\\nb\"}", "`as` contains a line break"},
		{"{as: a, as-groups: [g, \"\"]}", "`as-groups` is empty"},
		{"{as: a, as-user-extra: {k: [\"v\\n\"]}}", "value of `as-user-extra`"},
		{"{as: a, as-user-extra: {k: v}}", "k must be a list"}, /* no header, no word */
		{"{as: a, as-user-extra: {k: [[v]]}}", "k must be a list of strings"},
		{"{as: a, as-user-extra: [k]}", "must be a mapping"},
		{"{token: 0x12}", "token must be a string"},
		{"{as: a, as-groups: [-1.5e3]}", "as-groups must be a string"},
		{"{as: \"jane\\0smith\"}", "a NUL character"}, /* not as jane */
		{"{token: \"t\\0x\"}", "a NUL character"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		CLEANUP(free)
		char *text = str_printf(
			"clusters:\n- {name: c, cluster: {server: \"https://s\"}}\nusers:\n- name: u\n  user: %s\n"
			"contexts:\n- {name: x, context: {cluster: c, user: u}}\ncurrent-context: x\n",
			cases[i].user);
		assert_null(resolve_text(text, &err));
		if (!strstr(err.text, cases[i].says) || !strstr(err.text, ":5:"))
			fail_msg("case %zu: %s", i, err.text);
	}
}

/* The server takes an empty name for none, and the caller's own rights would be used. */
static void impersonation_is_whole_or_refused(void **state)
{
	static const char *const groups[][2] = {{""}, {"ops\nx"}, {"ops"}};
	static const struct {
		const char *as;
		const char *const *groups;
		const char *says;
	} cases[] = {
		{"", NULL, "--as is empty"},
		{"jane\r\nX: y", NULL, "--as contains a line break"},
		{"jane\033", NULL, "--as contains a line break"},
		{"jane", groups[0], "--as-group is empty"},
		{"jane", groups[1], "--as-group contains a line break"},
		{NULL, groups[2], "--as-group requires --as"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct kubeconfig_options options = {.text = minimal, .as = cases[i].as, .as_groups = cases[i].groups};
		CLEANUP(kubeconfig_destroy) struct kubeconfig *config = kubeconfig_load(&options, &err);
		assert_null(kubeconfig_resolve(config, NULL, &err));
		if (!strstr(err.text, cases[i].says))
			fail_msg("case %zu: %s", i, err.text);
	}
}

#define PLUGIN_CONFIG                                                                                                  \
	"clusters:\n- {name: c, cluster: {server: \"%s\"}}\nusers:\n- name: u\n  user: {exec: {apiVersion: "           \
	"client.authentication.k8s.io/v1, command: x, interactiveMode: Never}}\n"                                      \
	"contexts:\n- {name: x, context: {cluster: c, user: u}}\ncurrent-context: x\n"

static void secrets_do_not_travel_without_tls(void **state)
{
	static const char form[] =
		"clusters:\n- {name: c, cluster: {server: \"%s\"}}\nusers:\n- {name: u, user: {token: t}}\n"
		"contexts:\n- {name: x, context: {cluster: c, user: u}}\ncurrent-context: x\n";
	struct err err = {0};
	CLEANUP(free)
	char *far = str_printf(form, "http://cluster:8080"), *near = str_printf(form, "http://127.0.0.1:8080"),
	     *alike = str_printf(form, "http://localhost.example.com:8080");
	CLEANUP(kube_access_destroy)
	struct kube_access *over_wire = resolve_text(far, &err), *at_home = resolve_text(near, &err),
			   *elsewhere = resolve_text(alike, &err);
	assert_null(elsewhere->token);
	assert_null(over_wire->token);
	assert_string_equal(at_home->token, "t");
	CLEANUP(free) char *plugin = str_printf(PLUGIN_CONFIG, "http://cluster:8080");
	CLEANUP(kube_access_destroy) struct kube_access *asked = resolve_text(plugin, &err);
	assert_non_null(asked);
	assert_null(asked->exec); /* what it gives would travel too */
}

static void bombs_do_not_go_off(void **state)
{
	struct err err = {0};
	struct buf text = BUF_INIT(8 << 20);
	buf_append_str(&text, "a: &a [x]\n");
	for (int i = 0; i < 1100; i++)
		buf_printf(&text, "b%d: *a\n", i);
	assert_null(resolve_text(buf_str(&text), &err));
	assert_non_null(strstr(err.text, "too many aliases"));
	buf_clear(&text);
	buf_append_str(&text, "a: ");
	for (int i = 0; i < 500; i++)
		buf_append_char(&text, '[');
	assert_null(resolve_text(buf_str(&text), &err));
	assert_non_null(strstr(err.text, "nested too deep"));
	buf_clear(&text);
	buf_append_str(&text, "m0: &m0 {");
	for (int i = 0; i < 500; i++)
		buf_printf(&text, "k%d: v, ", i);
	buf_append_str(&text, "}\nm1: {<<: [");
	for (int i = 0; i < 100; i++)
		buf_append_str(&text, "*m0, ");
	buf_append_str(&text, "]}\n");
	assert_null(resolve_text(buf_str(&text), &err));
	assert_non_null(strstr(err.text, "more than 10000 members are merged"));
	buf_clear(&text);
	while (text.len < (4 << 20) + 100)
		buf_append_str(&text, "# a comment\n");
	CLEANUP(free) char *path = write_file(*state, "large", buf_str(&text));
	assert_null(kubeconfig_load(&(struct kubeconfig_options){.kubeconfig = path}, &err));
	assert_non_null(strstr(err.text, "larger than"));
	buf_finish(&text);
}

static void a_pod_knows_its_cluster(void **state)
{
	const char *folder = *state;
	struct err err = {0};
	CLEANUP(free)
	char *token = write_file(folder, "token", "tt"), *ca = write_file(folder, "ca.crt", "CA"),
	     *namespace = write_file(folder, "namespace", "team\n");
	struct kubeconfig_options options = {.service_account_dir = folder};
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	CLEANUP(kubeconfig_destroy) struct kubeconfig *config = kubeconfig_load(&options, &err);
	CLEANUP(kube_access_destroy) struct kube_access *access = kubeconfig_resolve(config, NULL, &err);
	assert_non_null(access);
	assert_true(access->in_cluster);
	assert_string_equal(access->server, "https://[fd00::1]:443");
	assert_string_equal(access->token_file, token);
	assert_string_equal(access->ca_pem, "CA");
	assert_string_equal(access->namespace, "team");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(resolves_a_context),
		TEST(merges_files),
		TEST(the_flag_stands_alone),
		TEST(nothing_found_says_where_it_looked),
		TEST(paths_are_relative_to_the_file),
		TEST(exec_plugins),
		TEST(keys_twice_and_merges_are_read_as_kubectl_reads_them),
		TEST(files_of_everybody_lead_no_credentials),
		TEST(mistakes_have_a_place),
		TEST(users_that_make_no_sense),
		TEST(impersonation_is_whole_or_refused),
		TEST(secrets_do_not_travel_without_tls),
		TEST(bombs_do_not_go_off),
		TEST(a_pod_knows_its_cluster),
	};
	return cmocka_run_group_tests_name("kube/kubeconfig", tests, NULL, NULL);
}
