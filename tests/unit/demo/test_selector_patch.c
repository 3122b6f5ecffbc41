#include "tests/unit/unit.h"

#include "api/demo/kube/patch.h"
#include "api/demo/kube/protobuf_body.h"
#include "api/demo/kube/selector.h"

static void selectors_select(void **state)
{
	static const struct {
		const char *labels, *fields;
		bool matches;
	} table[] = {
		{NULL, NULL, true},
		{"", "", true},
		{"app=kafka", NULL, true},
		{"app==kafka,tier", NULL, true},
		{"app!=kafka", NULL, false},
		{"none!=kafka", NULL, true},
		{"!none, app in (rabbit, kafka)", NULL, true},
		{"app notin (kafka)", NULL, false},
		{"tier=", NULL, true},
		{NULL, "metadata.name=x", true},
		{NULL, "metadata.name=x,spec.nodeName!=node-1", false},
		{NULL, "spec.unschedulable=false", true},
		{NULL, "spec.count=3", true},
	};
	CLEANUP(cJSON_Delete)
	cJSON *object = demo_json_make("{'metadata':{'name':'x','labels':{'app':'kafka','tier':''}},"
				       "'spec':{'nodeName':'node-1','count':3}}");
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct demo_kube_selector selector;
		assert_true(demo_kube_selector_parse(table[i].labels, table[i].fields, &selector, NULL));
		assert_int_equal(demo_kube_selector_matches(&selector, object), table[i].matches);
		demo_kube_selector_finish(&selector);
	}
	static const char *const bad[] = {"a b", "a in b", "a in (b", "=b", "!", "a,,b", "a)"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct demo_kube_selector selector;
		assert_false(demo_kube_selector_parse(bad[i], NULL, &selector, NULL));
	}
}

static void patches_patch(void **state)
{
	static const struct {
		const char *type, *patch;
		enum demo_kube_patch_result result;
		const char *after; /* NULL = not looked at */
	} table[] = {
		{"application/merge-patch+json", "{'a':{'b':null,'x':{'y':null,'z':1}}}", DEMO_KUBE_PATCH_DONE,
		 "{'a':{'c':2,'x':{'z':1}},'containers':[{'name':'k','v':1}]}"},
		{"application/merge-patch+json; charset=utf-8", "{'containers':[]}", DEMO_KUBE_PATCH_DONE,
		 "{'a':{'b':1,'c':2},'containers':[]}"},
		{"application/strategic-merge-patch+json", "{'containers':[{'name':'k','v':2},{'name':'n'}]}",
		 DEMO_KUBE_PATCH_DONE, "{'a':{'b':1,'c':2},'containers':[{'name':'k','v':2},{'name':'n'}]}"},
		{"application/strategic-merge-patch+json", "{'containers':[{'name':'k','$patch':'delete'}]}",
		 DEMO_KUBE_PATCH_DONE, "{'a':{'b':1,'c':2},'containers':[]}"},
		{"application/json-patch+json",
		 "[{'op':'test','path':'/a/b','value':1},{'op':'replace','path':'/a/b','value':9},"
		 "{'op':'add','path':'/containers/-','value':{'name':'z'}},{'op':'remove','path':'/a/c'},"
		 "{'op':'copy','from':'/a/b','path':'/a/d'},{'op':'move','from':'/a/b','path':'/e'}]",
		 DEMO_KUBE_PATCH_DONE, "{'a':{'d':9},'containers':[{'name':'k','v':1},{'name':'z'}],'e':9}"},
		{"application/json-patch+json", "[{'op':'test','path':'/a/b','value':2}]", DEMO_KUBE_PATCH_TEST_FAILED,
		 NULL},
		{"application/json-patch+json", "[{'op':'remove','path':'/nothing'}]", DEMO_KUBE_PATCH_MALFORMED, NULL},
		{"application/json-patch+json", "[{'op':'move','from':'/a','path':'/a/b'}]", DEMO_KUBE_PATCH_MALFORMED,
		 NULL},
		{"application/json-patch+json", "{'a':1}", DEMO_KUBE_PATCH_MALFORMED, NULL},
		{"application/merge-patch+json", "[]", DEMO_KUBE_PATCH_MALFORMED, NULL},
		{"text/plain", "{}", DEMO_KUBE_PATCH_UNKNOWN_TYPE, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		CLEANUP(cJSON_Delete)
		cJSON *target = demo_json_make("{'a':{'b':1,'c':2},'containers':[{'name':'k','v':1}]}");
		CLEANUP(cJSON_Delete) cJSON *patch = demo_json_make("%s", table[i].patch);
		assert_int_equal(demo_kube_patch_apply(table[i].type, target, patch), table[i].result);
		if (table[i].after) {
			CLEANUP(cJSON_Delete) cJSON *after = demo_json_make("%s", table[i].after);
			assert_true(cJSON_Compare(target, after, true));
		}
	}
}

static void an_eviction_in_protobuf_is_read(void **state)
{
	/* Unknown{raw: Eviction{metadata:{}, deleteOptions:{gracePeriodSeconds:5, dryRun:["All"]}}} */
	static const char body[] = "k8s\0\x0a\x02\x0a\x00\x12\x0b\x0a\x00\x12\x07\x08\x05\x2a\x03"
				   "All";
	struct demo_kube_protobuf_bytes object, options, dry;
	assert_true(demo_kube_protobuf_open(body, sizeof body - 1, &object));
	assert_true(demo_kube_protobuf_field(object, 2, &options));
	assert_true(demo_kube_protobuf_field(options, 5, &dry));
	assert_int_equal(dry.len, 3);
	assert_false(demo_kube_protobuf_field(options, 6, &dry));
	for (size_t len = 0; len < sizeof body - 1; len++)
		assert_false(demo_kube_protobuf_open(body, len, &object));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selectors_select),
		cmocka_unit_test(patches_patch),
		cmocka_unit_test(an_eviction_in_protobuf_is_read),
	};
	return cmocka_run_group_tests_name("demo/selector_patch", tests, NULL, NULL);
}
