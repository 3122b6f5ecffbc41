/* kubectl 1.33's own words for each of these pods. */
#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/records/record_decode.h"
#include "api/model/records/pod_words.h"

#define RUNS                                                                                                           \
	"\"ready\":true,\"started\":true,\"restartCount\":1,\"state\":{\"running\":{\"startedAt\":\"2026-11-20T00:00:" \
	"00Z\"}}"
#define WAITS(reason) "\"ready\":false,\"restartCount\":7,\"state\":{\"waiting\":{\"reason\":\"" reason "\"}}"
#define ENDED(how) "\"ready\":false,\"restartCount\":2,\"state\":{\"terminated\":{" how "}}"
#define STATUS(name, state) "{\"name\":\"" name "\"," state "}"
#define SIDECAR "{\"name\":\"s\",\"restartPolicy\":\"Always\"}"
#define READY(yes) "{\"type\":\"Ready\",\"status\":\"" yes "\"}"
#define INITIALIZED(yes) "{\"type\":\"Initialized\",\"status\":\"" yes "\"}"

static const struct pod_case {
	const char *init, *init_statuses, *statuses, *conditions, *more; /* more: of the pod's status */
	const char *status;
	int ready, containers, restarts;
	const char *culprit;
	const char *deleted;
} pods[] = {
	{"", "", STATUS("b", RUNS), READY("True"), "", "Running", 1, 1, 1, NULL, ""},
	{SIDECAR, STATUS("s", RUNS), STATUS("b", RUNS), READY("True"), "", "Running", 2, 2, 2, NULL, ""},
	{SIDECAR, STATUS("s", WAITS("CrashLoopBackOff")), STATUS("b", RUNS), INITIALIZED("True"), "",
	 "Init:CrashLoopBackOff", 1, 2, 8, "s", ""},
	{"{\"name\":\"i\"}", STATUS("i", WAITS("CrashLoopBackOff")), STATUS("b", WAITS("PodInitializing")),
	 INITIALIZED("False"), "", "Init:CrashLoopBackOff", 0, 1, 7, "i", ""},
	{"{\"name\":\"i\"},{\"name\":\"j\"}",
	 STATUS("i", ENDED("\"exitCode\":0,\"reason\":\"Completed\"")) "," STATUS("j", WAITS("PodInitializing")),
	 STATUS("b", WAITS("PodInitializing")), INITIALIZED("False"), "", "Init:1/2", 0, 1, 9, "j", ""},
	{"{\"name\":\"i\"}", STATUS("i", ENDED("\"exitCode\":1,\"reason\":\"Error\"")), "", INITIALIZED("False"), "",
	 "Init:Error", 0, 1, 2, "i", ""},
	{"{\"name\":\"i\"}", STATUS("i", ENDED("\"exitCode\":3")), "", INITIALIZED("False"), "", "Init:ExitCode:3", 0,
	 1, 2, "i", ""},
	{"{\"name\":\"i\"}", STATUS("i", ENDED("\"exitCode\":137,\"signal\":9")), "", INITIALIZED("False"), "",
	 "Init:Signal:9", 0, 1, 2, "i", ""},
	{"{\"name\":\"i\"}", STATUS("i", ENDED("\"exitCode\":0")), STATUS("b", RUNS), INITIALIZED("True"), "",
	 "Running", 1, 1, 1, NULL, ""},
	{"", "", STATUS("b", WAITS("ImagePullBackOff")), READY("False"), "", "ImagePullBackOff", 0, 1, 7, NULL, ""},
	{"", "", STATUS("b", ENDED("\"exitCode\":2")), READY("False"), "", "ExitCode:2", 0, 1, 2, NULL, ""},
	{"", "", STATUS("b", ENDED("\"exitCode\":143,\"signal\":15")), READY("False"), "", "Signal:15", 0, 1, 2, NULL,
	 ""},
	{"", "", STATUS("b", ENDED("\"exitCode\":0,\"reason\":\"Completed\"")), READY("False"), "", "Completed", 0, 1,
	 2, NULL, ""},
	{"", "", STATUS("b", ENDED("\"exitCode\":0,\"reason\":\"Completed\"")) "," STATUS("c", RUNS), READY("False"),
	 "", "NotReady", 1, 1, 3, NULL, ""},
	{"", "", "", "{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"SchedulingGated\"}", "",
	 "SchedulingGated", 0, 1, 0, NULL, ""},
	{"", "", "", READY("False"), "\"reason\":\"Evicted\",", "Evicted", 0, 1, 0, NULL, ""},
	{"", "", STATUS("b", RUNS), READY("True"), "", "Terminating", 1, 1, 1, NULL,
	 "\"deletionTimestamp\":\"2026-11-20T00:00:00Z\","},
	{"", "", STATUS("b", RUNS), READY("True"), "\"reason\":\"NodeLost\",", "Unknown", 1, 1, 1, NULL,
	 "\"deletionTimestamp\":\"2026-11-20T00:00:00Z\","},
	/* kubectl counts no ephemeral container, whatever becomes of it. */
	{"", "", STATUS("b", RUNS), READY("True"),
	 "\"ephemeralContainerStatuses\":[" STATUS("debug", ENDED("\"exitCode\":1,\"reason\":\"Error\"")) "],",
	 "Running", 1, 1, 1, NULL, ""},
};

static void every_pod_is_worded_as_kubectl_words_it(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(pods); i++) {
		const struct pod_case *it = &pods[i];
		struct record_pod_words words;
		struct err err = {0};
		CLEANUP(free)
		char *json = str_printf(
			"{\"metadata\":{%s\"name\":\"p\"},\"spec\":{\"initContainers\":[%s],\"containers\":[{\"name\":"
			"\"b\"}]},"
			"\"status\":{\"phase\":\"Running\",%s\"initContainerStatuses\":[%s],\"containerStatuses\":[%s],"
			"\"conditions\":[%s]}}",
			it->deleted, it->init, it->more, it->init_statuses, it->statuses, it->conditions);
		struct kube_pod *pod = kube_decode(KUBE_PODS, json, strlen(json), &err);
		assert_non_null(pod);
		record_pod_words(pod, &words);
		assert_string_equal(words.status, it->status);
		assert_int_equal(words.ready, it->ready);
		assert_int_equal(words.containers, it->containers);
		assert_int_equal(words.restarts, it->restarts);
		const struct kube_container_status *culprit = record_pod_init_culprit(pod);
		assert_true(str_eq(culprit ? culprit->name : NULL, it->culprit));
		kube_record_free(pod);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pod_is_worded_as_kubectl_words_it),
	};
	return cmocka_run_group_tests_name("model/pod_words", tests, NULL, NULL);
}
