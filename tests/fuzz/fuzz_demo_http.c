/* The request parser of the embedded cluster: whole requests, one after the other, and their paths. */
#include "api/demo/http/http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf in = BUF_INIT(REQUEST_BUFFER_MAX);
	struct request request;
	int status;
	buf_append(&in, data, size);
	while (request_parse(&in, &request, &status) == REQUEST_WHOLE) {
		struct request_path path;
		if (request_split_path(request.path, &path))
			request_path_finish(&path);
		request_finish(&request);
	}
	buf_finish(&in);
	return 0;
}
