/* Everyone who has the token may do everything: the reviews say so. */
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/protobuf_body.h"

void access_serve(struct conn *conn, const struct request *request, const char *plural)
{
	CLEANUP(cJSON_Delete) cJSON *asked = json_parse(request->body, request->body_len);
	bool access = str_eq(plural, "selfsubjectaccessreviews");
	if (!str_eq(request->method, "POST") || (!access && !str_eq(plural, "selfsubjectrulesreviews"))) {
		api_answer_status(conn, 404, "NotFound", "the server could not find the requested resource");
		return;
	}
	struct proto_bytes object;
	bool proto = proto_open(request->body, request->body_len, &object);
	if (!cJSON_IsObject(asked) && !proto) {
		api_answer_status(conn, 400, "BadRequest", "the body is no JSON object");
		return;
	}
	cJSON *answer = proto ? json_make("{'spec':{}}") : cJSON_Duplicate(asked, true);
	json_set_text(answer, "kind", access ? "SelfSubjectAccessReview" : "SelfSubjectRulesReview");
	json_set_text(answer, "apiVersion", "authorization.k8s.io/v1");
	json_set(answer, "status", access ? json_make("{'allowed':true,'reason':'the embedded cluster allows everything'}")
					  : json_make("{'resourceRules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}],"
						      "'nonResourceRules':[{'verbs':['*'],'nonResourceURLs':['*']}],"
						      "'incomplete':false}"));
	api_answer_json(conn, 201, answer);
}
