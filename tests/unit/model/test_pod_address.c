/* Which hosts are a pod, and which only look like it. */
#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/model/sources/pod_address.h"

static struct kube_pod_ip ips[] = {{"10.1.2.3"}, {"fd00:0:0::7"}};
static const struct source_pod_address pod = {
	.namespace = "mq", .name = "kafka-1", .subdomain = "brokers", .ips = ips, .ip_count = 2};

static const struct {
	const char *host;
	bool named, addressed;
} hosts[] = {
	{"kafka-1", true, false},
	{"kafka-1.brokers", true, false},
	{"KAFKA-1.Brokers.mq", true, false},
	{"kafka-1.brokers.mq.svc", true, false},
	{"kafka-1.brokers.mq.svc.cluster.local.", true, false},
	{"kafka-1.brokers.mq.svc.some.other.domain.of.many.labels", true, false},
	{"kafka-1.brokers.staging.svc", false, false},
	{"kafka-1.brokers.mq.example", false, false},
	{"kafka-1.lb.example.com", false, false},
	{"kafka-1.example", false, false},
	{"kafka-10.brokers.mq.svc", false, false},
	{"kafka", false, false},
	{"10.1.2.3", false, true},
	{"10-1-2-3", false, true},
	{"10-1-2-3.mq.pod", false, true},
	{"10-1-2-3.mq.pod.cluster.local", false, true},
	{"10-1-2-3.brokers.mq.svc.cluster.local", false, true},
	{"10-1-2-3.staging.pod", false, false},
	{"10-1-2-3.example.com", false, false},
	{"10.1.2.4", false, false},
	{"fd00::7", false, true},
	{"fd00--7.mq.pod", false, true},
	{"fd00::8", false, false},
	{"127.0.0.1", false, false},
	{"", false, false},
	{NULL, false, false},
};

static void a_host_is_a_pod_by_its_whole_name_or_by_an_address(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		assert_int_equal(source_pod_is_named(&pod, hosts[i].host), hosts[i].named);
		assert_int_equal(source_pod_has_address(&pod, hosts[i].host), hosts[i].addressed);
	}
}

static void without_a_known_service_two_labels_say_nothing(void **state)
{
	struct source_pod_address away = {.namespace = "mq", .name = "kafka-1"};
	assert_true(source_pod_is_named(&away, "kafka-1.brokers.mq.svc"));
	assert_false(source_pod_is_named(&away, "kafka-1.brokers"));
	assert_false(source_pod_is_named(&away, "kafka-1.brokers.staging.svc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_is_a_pod_by_its_whole_name_or_by_an_address),
		cmocka_unit_test(without_a_known_service_two_labels_say_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
