#include "views/screens/quorum_line.h"

#include "api/base/mem.h"
#include "tests/unit/unit.h"

static void assert_line(const struct world_cluster *cluster, enum severity severity, const char *expected)
{
	char text[QUORUM_LINE_MAX];
	assert_int_equal(quorum_line_text(cluster, text), severity);
	assert_string_equal(text, expected);
}

static void voters_are_told_with_their_lag(void **state)
{
	struct world_broker brokers[2] = {{.name = "k-0"}, {.name = "k-1"}};
	struct world_broker *list[] = {&brokers[0], &brokers[1]};
	struct world_voter voters[] = {{.id = 0, .broker = "k-0", .leader = true, .voter = true, .caught_up = true},
				       {.id = 1, .broker = "k-1", .voter = true, .caught_up = true, .lag = 3},
				       {.id = 7, .voter = true, .lag = -1},
				       {.id = 9, .broker = "k-9", .caught_up = true, .lag = 5}};
	struct world_cluster cluster = {.kind = WORLD_BROKER_KAFKA,
					.name = "k",
					.brokers = list,
					.broker_count = 2,
					.voters = voters,
					.voter_count = ARRAY_LEN(voters)};
	assert_line(&cluster, SEV_WARN,
		    "kafka k   no broker is quorum-critical; quorum led by k-0; voters k-1 lag 3, controller 7 behind");
	voters[2].caught_up = true;
	brokers[1].quorum_critical = 1;
	assert_line(&cluster, SEV_WARN,
		    "kafka k   quorum-critical: k-1; quorum led by k-0; voters k-1 lag 3, controller 7");
	voters[0].leader = false;
	assert_line(&cluster, SEV_BAD,
		    "kafka k   quorum-critical: k-1; quorum has no leader; voters k-0 lag 0, k-1 lag 3, controller 7");
}

static void what_is_unknown_is_not_called_fine(void **state)
{
	struct world_broker broker = {.name = "r-0", .quorum_critical = -1};
	struct world_broker *list[] = {&broker};
	struct world_cluster cluster = {.kind = WORLD_BROKER_RABBITMQ, .name = "r", .brokers = list, .broker_count = 1};
	assert_line(&cluster, SEV_INFO, "rabbitmq r   which brokers are quorum-critical is unknown");
	broker.quorum_critical = 0;
	assert_line(&cluster, SEV_OK, "rabbitmq r   no broker is quorum-critical");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(voters_are_told_with_their_lag),
		cmocka_unit_test(what_is_unknown_is_not_called_fine),
	};
	return cmocka_run_group_tests_name("quorum", tests, NULL, NULL);
}
