/* Why a broker crashed: told from what it wrote last, and nothing told that the table does not hold. */
#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/crash_words.h"
#include "tests/unit/model/fixture.h"

/* Lines as the brokers and runtimes write them. */
static const struct {
	const char *text, *reason;
} lines[] = {
	{"[2026-11-28] ERROR Exiting Kafka due to fatal exception\njava.io.IOException: No space left on device\n\tat "
	 "x",
	 "no space left on device"},
	{"{\"init terminating in do_boot\",{error,{file,\"/var/lib/rabbitmq/x\",enospc}}}", "no space left on device"},
	{"java.lang.InternalError: a fault occurred in a recent unsafe memory access operation in compiled Java "
	 "code\n\tat "
	 "org.apache.kafka.storage.internals.log.TimeIndex.parseEntry(TimeIndex.java:240)",
	 "its volume is full or has failed"},
	{"# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGBUS (0x7) at pc=0x00007f",
	 "its volume is full or has failed"},
	{"java.lang.OutOfMemoryError: Java heap space", "out of memory in Java"},
	{"touch: cannot touch '/var/lib/kafka/data/x': Read-only file system",
	 "read-only file system: /var/lib/kafka/data/x"},
	{"kafka.common.InconsistentClusterIdException: The Cluster ID abc doesn't match stored clusterId Some(def)",
	 "its volume holds data of another Kafka cluster"},
	{"java.lang.RuntimeException: Configured broker.id 2 doesn't match stored broker.id Some(0) in "
	 "meta.properties. If you moved your data, remove it.",
	 "its volume is another broker's: configured and stored id 2 and 0"},
	{"Invalid node.id in: /data/kafka-1/meta.properties. Expected 2, but read 0",
	 "its volume is another broker's: configured and stored id 2 and 0"},
	{"RuntimeException: No `meta.properties` found in /var/lib/kafka/data (have you run `kafka-storage.sh`?)",
	 "storage is not formatted: /var/lib/kafka/data"},
	{"Cookie file /var/lib/rabbitmq/.erlang.cookie must be accessible by owner only",
	 "the file of its Erlang cookie must be readable by its owner only: /var/lib/rabbitmq/.erlang.cookie"},
	{"** Connection attempt from node 'rabbit@b' rejected. Invalid challenge reply. **",
	 "its Erlang cookie is not that of the other nodes"},
	{"{error,{timeout_waiting_for_tables,[rabbit@a],[rabbit_user]}}",
	 "timeout waiting for the other nodes' tables"},
	{"java.net.BindException: Address already in use", "address already in use"},
	{"{could_not_start_listener,\"::\",5672,eaddrinuse}", "address already in use"},
	{"Caused by: java.net.UnknownHostException: kafka-9.kafka.mq.svc: Name or service not known",
	 "host name cannot be resolved: kafka-9.kafka.mq.svc"},
	{"Keystore was tampered with, or password was incorrect", "keystore cannot be opened: wrong password"},
	{"java.nio.file.AccessDeniedException: /var/lib/kafka/data/.lock",
	 "permission denied: /var/lib/kafka/data/.lock"},
	{"org.apache.kafka.common.config.ConfigException: Invalid value hunter2 for configuration log.retention.ms: x",
	 "invalid in its configuration: log.retention.ms"},
	{"FATAL Shutdown broker because all log dirs in /data/a, /data/b have failed",
	 "all its log directories failed: /data/a"},
};

static void lines_of_brokers_give_their_reason(void **state)
{
	char words[RECORD_CRASH_WORDS_MAX];
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_true(record_crash_words(lines[i].text, strlen(lines[i].text), words));
		assert_string_equal(words, lines[i].reason);
	}
}

static void what_is_no_word_of_the_table_is_not_told(void **state)
{
	static const char *const texts[] = {
		"",
		"password=hunter2",
		"INFO Started Kafka Server",
		"replaces eaccesses",
		"xenospcx",
		"peer certificate not requested",
	};
	char words[RECORD_CRASH_WORDS_MAX];
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_false(record_crash_words(texts[i], strlen(texts[i]), words));
		assert_string_equal(words, "");
	}
	assert_false(record_crash_words(NULL, 0, words));
}

/* Paths and names keep to letters that cannot do harm, and secrets of the same line stay where they are. */
static void nothing_hostile_or_secret_comes_with_a_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} hostile[] = {
		{"sasl.jaas.config password=\"hunter2\" Permission denied", "permission denied"},
		{"GET https://user:hunter2@host/x Permission denied", "permission denied"},
		{"Permission denied: /data/\x1b[31mred", "permission denied: /data"},
		{"Permission denied: '/a\xe2\x80\xae"
		 "b'",
		 "permission denied: /a"},
		{"UnknownHostException: \x1b]0;x", "host name cannot be resolved"},
		{"UnknownHostException:", "host name cannot be resolved"},
		{"Configured broker.id 99999999999999999999999999 7", "its volume is another broker's: configured and "
								      "stored id"},
	};
	char words[RECORD_CRASH_WORDS_MAX];
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		assert_true(record_crash_words(hostile[i].text, strlen(hostile[i].text), words));
		assert_string_equal(words, hostile[i].reason);
	}
	static const char torn[] = "x\0No space left on device\0";
	assert_true(record_crash_words(torn, sizeof torn - 1, words));
	CLEANUP(free) char *path = mem_alloc(5000);
	memset(path, 'a', 4999);
	memcpy(path, "eacces /", 8);
	assert_true(record_crash_words(path, 4999, words));
	assert_string_equal(words, "permission denied");
}

static const char *const all_in_sync[] = {"012"};

static struct kube_pod *crashing_pod(struct fixture *f, struct join_cluster **cluster)
{
	fixture_start(f);
	*cluster = fixture_kafka(f, all_in_sync, 1);
	struct kube_pod *pod = (struct kube_pod *)(*cluster)->pub.brokers[1]->pod;
	fixture_set_condition(f, pod, "Ready", "False", NULL);
	struct kube_container_status *status = fixture_status(pod);
	status->ready = false;
	status->restart_count = 4;
	status->last_exit_code = 1;
	status->last_terminated_reason = "Error";
	status->last_finished_ms = clock_wall_ms(&f->clock) - 20000;
	status->terminated_exit_code = -1;
	return pod;
}

static void a_full_disk_is_said_in_state_and_headline(void **state)
{
	struct fixture f;
	struct join_cluster *cluster;
	struct kube_container_status *status = fixture_status(crashing_pod(&f, &cluster));
	status->last_terminated_message = "java.io.IOException: No space left on device";
	status->waiting_reason = "CrashLoopBackOff";
	status->running_since_ms = -1;
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "crashed: no space left on device");
	assert_string_equal(cluster->pub.headline,
			    "log-1 is in a crash loop: no space left on device (exit code 1, 4 restarts)");
	status->waiting_reason = NULL;
	status->terminated_exit_code = 1;
	status->terminated_message = status->last_terminated_message;
	status->last_terminated_message = "eacces";
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "crashed: no space left on device");
	assert_string_equal(cluster->pub.headline, "log-1 crashed: no space left on device (exit code 1, 4 restarts)");
	fixture_finish(&f);
}

/* Between two crashes it runs for a while: that is no start like any other. */
static void one_that_starts_after_a_crash_is_not_just_starting(void **state)
{
	struct fixture f;
	struct join_cluster *cluster;
	struct kube_container_status *status = fixture_status(crashing_pod(&f, &cluster));
	status->last_terminated_message = "java.io.IOException: No space left on device";
	status->running_since_ms = clock_wall_ms(&f.clock) - 5000;
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "crashed: no space left on device");
	assert_int_equal(cluster->pub.brokers[1]->severity, SEV_BAD);
	assert_string_equal(cluster->pub.headline,
			    "log-1 crashed and starts again: no space left on device (exit code 1, 4 restarts)");
	status->last_terminated_message = "something else";
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "restarting");
	assert_string_equal(cluster->pub.headline, "log-1 crashed and starts again (exit code 1, Error, 4 restarts)");
	clock_advance(&f.clock, 20 * 60 * 1000);
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "not ready"); /* not for what happened long ago */
	fixture_finish(&f);
}

static void kubernetes_own_word_is_a_reason_too(void **state)
{
	struct fixture f;
	struct join_cluster *cluster;
	struct kube_container_status *status = fixture_status(crashing_pod(&f, &cluster));
	status->last_terminated_reason = "OOMKilled";
	status->last_exit_code = 137;
	status->running_since_ms = clock_wall_ms(&f.clock) - 5000;
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "crashed: out of memory (OOMKilled)");
	status->last_terminated_reason = "Completed";
	status->last_exit_code = 0;
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "not ready");
	fixture_finish(&f);
}

/* 56 is KAFKA_STORAGE_ERROR; what else a broker answers says nothing of the directory. */
static void a_lost_log_directory_is_named(void **state)
{
	static const struct {
		int16_t errors[2];
		const char *dirs, *alarms, *headline;
	} cases[] = {
		{{0, 0}, "", "", NULL},
		{{56, 0}, "/data/a", "log directory /data/a offline", "log-1 lost log directory /data/a"},
		{{56, 56},
		 "/data/a,/data/b_c",
		 "log directory /data/a offline,log directory /data/b_c offline",
		 "log-1 lost log directories /data/a,/data/b_c"},
		{{0, 31}, NULL, NULL, NULL},
	};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 1);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, all_in_sync, 1);
	struct kafka_broker *broker = &((struct kafka_broker *)snapshot->brokers)[1];
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct kafka_log_dir dirs[] = {{.path = "/data/a", .error = cases[i].errors[0]},
						     {.path = "/data/b,c", .error = cases[i].errors[1]}};
		broker->dirs = dirs;
		broker->dir_count = ARRAY_LEN(dirs);
		fixture_update(&f);
		const struct world_broker *it = cluster->pub.brokers[1];
		assert_true(it->offline_dirs ? str_eq(it->offline_dirs, cases[i].dirs) : !cases[i].dirs);
		assert_true(it->alarms ? str_eq(it->alarms, cases[i].alarms) : !cases[i].alarms);
		assert_int_equal(cluster->pub.severity, cases[i].headline ? SEV_BAD : SEV_OK);
		if (cases[i].headline)
			assert_string_equal(cluster->pub.headline, cases[i].headline);
	}
	fixture_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_brokers_give_their_reason),
		cmocka_unit_test(what_is_no_word_of_the_table_is_not_told),
		cmocka_unit_test(nothing_hostile_or_secret_comes_with_a_reason),
		cmocka_unit_test(a_full_disk_is_said_in_state_and_headline),
		cmocka_unit_test(one_that_starts_after_a_crash_is_not_just_starting),
		cmocka_unit_test(kubernetes_own_word_is_a_reason_too),
		cmocka_unit_test(a_lost_log_directory_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
