/* The request parser of the embedded cluster: whole requests, one after the other, and their paths. */
#include "api/demo/http/http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf in = BUF_INIT(DEMO_REQUEST_BUFFER_MAX);
	struct demo_request request;
	int status;
	buf_append(&in, data, size);
	while (demo_request_parse(&in, &request, &status) == DEMO_REQUEST_WHOLE) {
		struct demo_request_path path;
		if (demo_request_split_path(request.path, &path))
			demo_request_path_finish(&path);
		demo_request_finish(&request);
	}
	buf_finish(&in);
	return 0;
}
