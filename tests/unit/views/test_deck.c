/* The brokers of the deck, drawn without a terminal: what is said of one that crashed hides neither its name nor why. */
#include "tests/unit/unit.h"

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "tests/unit/model/fixture.h"
#include "views/screens/deck_private.h"

enum { DECK_HEIGHT = 30, DECK_WIDTH = 120 };

static void one_that_crashed_keeps_its_name_and_tells_why(void **state)
{
	static const char *const isr[] = {"012"};
	struct fixture f;
	struct deck deck = {0};
	struct buf text = BUF_INIT(1 << 16);
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct kube_pod *pod = (struct kube_pod *)cluster->pub.brokers[1]->pod;
	struct kube_container_status *status = fixture_status(pod);
	fixture_set_condition(&f, pod, "Ready", "False", NULL);
	status->waiting_reason = "CrashLoopBackOff";
	status->running_since_ms = -1;
	status->terminated_exit_code = -1;
	status->last_exit_code = 1;
	status->last_terminated_reason = "Error";
	status->last_terminated_message = "java.nio.file.AccessDeniedException: /var/lib/kafka/data/.lock";
	const struct world_view *world = fixture_update(&f);
	struct canvas *canvas = canvas_create(DECK_HEIGHT, DECK_WIDTH, false);
	const struct rect rect = {0, 0, DECK_HEIGHT, DECK_WIDTH};
	deck_draw_tiles(&deck, canvas, rect, world);
	canvas_append_text(canvas, &text);
	assert_non_null(strstr(buf_str(&text), " log-1 "));
	assert_non_null(strstr(buf_str(&text), " crashed "));
	assert_non_null(strstr(buf_str(&text), "permission denied: /var"));
	buf_clear(&text);
	canvas_clear(canvas);
	deck_draw_lines(&deck, canvas, rect, world);
	canvas_append_text(canvas, &text);
	assert_non_null(strstr(buf_str(&text), "crashed "));
	assert_null(strstr(buf_str(&text), "crashed:"));
	buf_finish(&text);
	canvas_destroy(canvas);
	vec_finish(&deck.spots);
	fixture_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_crashed_keeps_its_name_and_tells_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
