/* What `y` shows: an object as YAML in the order the server gave it, without managed fields and with secrets masked. */
#include "api/kube/records/yaml.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "api/kube/records/record_decode.h"

static const char last_applied[] = "kubectl.kubernetes.io/last-applied-configuration";

struct kube_yaml_writer {
	yaml_emitter_t emitter;
	bool is_secret;
};

/* Where we are in the object, as far as it matters. */
enum kube_yaml_place { PLACE_ROOT, PLACE_METADATA, PLACE_ANNOTATIONS, PLACE_MASKED, PLACE_OTHER };

static int write_bytes(void *data, unsigned char *bytes, size_t len)
{
	return buf_append(data, bytes, len);
}

/* Words that a reader of YAML would take for something else. */
static bool needs_quotes(const char *text)
{
	static const char *const words[] = {"null", "~", "true", "false", "yes", "no", "on", "off", "y", "n"};
	double number;
	if (!text[0] || str_to_double(text, &number) || strspn(text, "0123456789:._-+eExXoO") == strlen(text))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(words[i], text) == 0)
			return true;
	return false;
}

static bool object_yaml_emit(struct kube_yaml_writer *writer, yaml_event_t *event)
{
	return yaml_emitter_emit(&writer->emitter, event);
}

static bool is_utf8(const char *text, size_t len)
{
	int32_t codepoint = 0;
	for (size_t at = 0; at < len && codepoint >= 0;)
		at += text_decode(text + at, len - at, &codepoint);
	return codepoint >= 0;
}

/* The emitter refuses a document for one byte that is no UTF-8: such bytes become U+FFFD. */
static char *object_yaml_repaired(const char *text, size_t len)
{
	struct buf out = BUF_INIT(3 * len + 1);
	for (size_t at = 0, step; at < len; at += step) {
		int32_t codepoint;
		step = text_decode(text + at, len - at, &codepoint);
		buf_append(&out, codepoint < 0 ? "\xef\xbf\xbd" : text + at, codepoint < 0 ? 3 : step);
	}
	return buf_take(&out);
}

static bool emit_text(struct kube_yaml_writer *writer, const char *text, bool is_string)
{
	yaml_event_t event;
	size_t len = strlen(text);
	CLEANUP(free) char *fixed = is_utf8(text, len) ? NULL : object_yaml_repaired(text, len);
	text = fixed ? fixed : text;
	len = strlen(text);
	yaml_scalar_style_t style = !is_string           ? YAML_PLAIN_SCALAR_STYLE
				    : strchr(text, '\n') ? YAML_LITERAL_SCALAR_STYLE
				    : needs_quotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
							 : YAML_ANY_SCALAR_STYLE;
	return yaml_scalar_event_initialize(&event, NULL, NULL, (yaml_char_t *)text, (int)len, 1, 1, style) &&
	       object_yaml_emit(writer, &event);
}

static bool emit_value(struct kube_yaml_writer *writer, const cJSON *value, enum kube_yaml_place place, int depth);

static enum kube_yaml_place object_yaml_place_of(const struct kube_yaml_writer *writer, enum kube_yaml_place parent,
						 const char *name)
{
	if (parent == PLACE_ROOT && str_eq(name, "metadata"))
		return PLACE_METADATA;
	if (parent == PLACE_METADATA && str_eq(name, "annotations"))
		return PLACE_ANNOTATIONS;
	bool secret =
		writer->is_secret && ((parent == PLACE_ROOT && (str_eq(name, "data") || str_eq(name, "stringData"))) ||
				      (parent == PLACE_ANNOTATIONS && str_eq(name, last_applied)));
	return secret || parent == PLACE_MASKED ? PLACE_MASKED : PLACE_OTHER;
}

static bool emit_members(struct kube_yaml_writer *writer, const cJSON *object, enum kube_yaml_place place, int depth)
{
	yaml_event_t event;
	if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
						 object->child ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE) ||
	    !object_yaml_emit(writer, &event))
		return false;
	for (const cJSON *item = object->child; item; item = item->next) {
		if (place == PLACE_METADATA && str_eq(item->string, "managedFields"))
			continue;
		if (!emit_text(writer, item->string, true) ||
		    !emit_value(writer, item, object_yaml_place_of(writer, place, item->string), depth + 1))
			return false;
	}
	return yaml_mapping_end_event_initialize(&event) && object_yaml_emit(writer, &event);
}

static bool emit_items(struct kube_yaml_writer *writer, const cJSON *array, enum kube_yaml_place place, int depth)
{
	yaml_event_t event;
	if (!yaml_sequence_start_event_initialize(
		    &event, NULL, NULL, 1, array->child ? YAML_BLOCK_SEQUENCE_STYLE : YAML_FLOW_SEQUENCE_STYLE) ||
	    !object_yaml_emit(writer, &event))
		return false;
	for (const cJSON *item = array->child; item; item = item->next)
		if (!emit_value(writer, item, place == PLACE_MASKED ? place : PLACE_OTHER, depth + 1))
			return false;
	return yaml_sequence_end_event_initialize(&event) && object_yaml_emit(writer, &event);
}

static bool emit_number(struct kube_yaml_writer *writer, const cJSON *value)
{
	char text[32];
	double number = value->valuedouble;
	if (number == (double)(long long)number && number > -9.1e15 && number < 9.1e15)
		snprintf(text, sizeof text, "%lld", (long long)number);
	else
		snprintf(text, sizeof text, "%.17g", number);
	return emit_text(writer, text, false);
}

static bool emit_value(struct kube_yaml_writer *writer, const cJSON *value, enum kube_yaml_place place, int depth)
{
	if (depth > KUBE_DEPTH_MAX)
		return false;
	if (cJSON_IsObject(value))
		return emit_members(writer, value, place, depth);
	if (cJSON_IsArray(value))
		return emit_items(writer, value, place, depth);
	if (place == PLACE_MASKED)
		return emit_text(writer, "***", true);
	if (cJSON_IsString(value))
		return emit_text(writer, value->valuestring, true);
	if (cJSON_IsNumber(value))
		return emit_number(writer, value);
	return emit_text(writer, cJSON_IsTrue(value) ? "true" : cJSON_IsFalse(value) ? "false" : "null", false);
}

static bool emit_document(struct kube_yaml_writer *writer, const cJSON *object)
{
	yaml_event_t event;
	return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) && object_yaml_emit(writer, &event) &&
	       yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) && object_yaml_emit(writer, &event) &&
	       emit_value(writer, object, PLACE_ROOT, 0) && yaml_document_end_event_initialize(&event, 1) &&
	       object_yaml_emit(writer, &event) && yaml_stream_end_event_initialize(&event) &&
	       object_yaml_emit(writer, &event);
}

bool kube_yaml(const struct cJSON *object, struct buf *out, struct err *err)
{
	struct kube_yaml_writer writer = {
		.is_secret = str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "kind")), "Secret"),
	};
	if (!yaml_emitter_initialize(&writer.emitter))
		mem_end();
	yaml_emitter_set_output(&writer.emitter, write_bytes, out);
	yaml_emitter_set_unicode(&writer.emitter, 1);
	yaml_emitter_set_width(&writer.emitter, -1);
	bool done = emit_document(&writer, object);
	if (!done)
		err_set(err, out->overflow ? ERR_LIMIT : ERR_PARSE, "the object cannot be shown as YAML: %s",
			out->overflow ? "it is too large" : str_or(writer.emitter.problem, "it is nested too deeply"));
	yaml_emitter_delete(&writer.emitter);
	return done;
}
