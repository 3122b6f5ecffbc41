/* Everyone who has the token may do everything: the reviews say so. */
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/protobuf_body.h"

void demo_kube_access_serve(struct demo_http_conn *conn, const struct demo_request *request, const char *plural)
{
	CLEANUP(cJSON_Delete) cJSON *asked = demo_json_parse(request->body, request->body_len);
	bool access = str_eq(plural, "selfsubjectaccessreviews");
	if (!str_eq(request->method, "POST") || (!access && !str_eq(plural, "selfsubjectrulesreviews"))) {
		demo_kube_api_answer_status(conn, 404, "NotFound", "the server could not find the requested resource");
		return;
	}
	struct demo_kube_protobuf_bytes object;
	bool proto = demo_kube_protobuf_open(request->body, request->body_len, &object);
	if (!cJSON_IsObject(asked) && !proto) {
		demo_kube_api_answer_status(conn, 400, "BadRequest", "the body is not a JSON object");
		return;
	}
	cJSON *answer = proto ? demo_json_make("{'spec':{}}") : cJSON_Duplicate(asked, true);
	demo_json_set_text(answer, "kind", access ? "SelfSubjectAccessReview" : "SelfSubjectRulesReview");
	demo_json_set_text(answer, "apiVersion", "authorization.k8s.io/v1");
	demo_json_set(answer, "status",
		      access ? demo_json_make("{'allowed':true,'reason':'the embedded cluster allows everything'}")
			     : demo_json_make("{'resourceRules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}],"
					      "'nonResourceRules':[{'verbs':['*'],'nonResourceURLs':['*']}],"
					      "'incomplete':false}"));
	demo_kube_api_answer_json(conn, 201, answer);
}
