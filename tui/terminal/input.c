/* A state machine over bytes: a sequence may arrive in any number of pieces, and a lone Esc is told from the beginning
 * of one only by the silence after it. */
#include "tui/terminal/input.h"

#include <ctype.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/text.h"
#include "tui/draw/colour.h"

enum { ESC = 0x1b, PARAMETERS_MAX = 6, PARAMETER_CAP = 1 << 22 };

static const char paste_end[] = "\x1b[201~";

void input_init(struct input *input)
{
	*input = (struct input){.paste = BUF_INIT(INPUT_PASTE_MAX)};
}

void input_finish(struct input *input)
{
	buf_finish(&input->paste);
}

/* Where events go. */
struct input_sink {
	input_event_fn *fn;
	void *data;
};

static void input_send(const struct input_sink *sink, const struct event *event)
{
	sink->fn(sink->data, event);
}

static void send_key(const struct input_sink *sink, uint32_t code, uint8_t mods)
{
	struct event event = event_key((struct key){code, mods});
	input_send(sink, &event);
}

/* ---- single characters ---- */

static void send_byte(const struct input_sink *sink, unsigned char byte, uint8_t mods)
{
	static const struct {
		unsigned char byte;
		uint32_t code;
		uint8_t mods;
	} special[] = {
		{0x00, ' ', KEY_MOD_CTRL},     {0x08, KEY_CODE_BACKSPACE, 0}, {0x09, KEY_CODE_TAB, 0},
		{0x0d, KEY_CODE_ENTER, 0},     {ESC, KEY_CODE_ESCAPE, 0},     {0x1c, '\\', KEY_MOD_CTRL},
		{0x1d, ']', KEY_MOD_CTRL},     {0x1e, '^', KEY_MOD_CTRL},     {0x1f, '_', KEY_MOD_CTRL},
		{0x7f, KEY_CODE_BACKSPACE, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (special[i].byte != byte)
			continue;
		send_key(sink, special[i].code, special[i].mods | mods);
		return;
	}
	if (byte < 0x20)
		send_key(sink, byte + 'a' - 1u, KEY_MOD_CTRL | mods);
	else
		send_key(sink, byte, mods);
}

/* What kitty's protocol and modifyOtherKeys name by number. */
static void send_codepoint(const struct input_sink *sink, int codepoint, uint8_t mods)
{
	if (codepoint < 0 || (codepoint >= 0x80 && text_is_unsafe(codepoint)))
		return;
	if (codepoint == 0x7f || codepoint < 0x20) {
		send_byte(sink, (unsigned char)codepoint, mods);
		return;
	}
	if (mods & KEY_MOD_CTRL && codepoint < 0x80) {
		send_key(sink, (uint32_t)tolower(codepoint), mods);
		return;
	}
	bool shifted_letter = mods & KEY_MOD_SHIFT && codepoint >= 'a' && codepoint <= 'z';
	uint8_t kept = codepoint == ' ' ? mods : (uint8_t)(mods & ~KEY_MOD_SHIFT);
	send_key(sink, (uint32_t)(shifted_letter ? codepoint - 32 : codepoint), kept);
}

/* ---- sequences ---- */

struct input_control {
	char prefix; /* < = > ? or 0 */
	int parameters[PARAMETERS_MAX];
	int count;
	char intermediate; /* the last one, or 0 */
	char final;
};

/* CSI 1 ; 5 A: the modifier is one more than its bits: 1 shift, 2 alt, 4 ctrl. */
static uint8_t mods_of(int parameter)
{
	return parameter > 1 ? (uint8_t)((parameter - 1) & (KEY_MOD_SHIFT | KEY_MOD_ALT | KEY_MOD_CTRL)) : 0;
}

static struct input_control parse_control(const unsigned char *bytes, size_t len)
{
	struct input_control control = {.final = (char)bytes[len - 1]};
	size_t at = 0;
	if (bytes[0] >= '<' && bytes[0] <= '?')
		control.prefix = (char)bytes[at++];
	bool open = false, sub = false;
	for (; at + 1 < len; at++) {
		unsigned char c = bytes[at];
		if (c >= 0x20 && c <= 0x2f) {
			control.intermediate = (char)c;
		} else if (isdigit(c)) {
			if (!open && control.count < PARAMETERS_MAX) {
				control.count++;
				open = true;
			}
			int *value = &control.parameters[control.count - 1];
			if (!sub && *value < PARAMETER_CAP)
				*value = *value * 10 + (c - '0');
		} else if (c == ';') {
			if (!open && control.count < PARAMETERS_MAX)
				control.count++;
			open = sub = false;
		} else if (c == ':') {
			sub = true;
		}
	}
	return control;
}

static const struct {
	char final;
	uint32_t code;
} input_letters[] = {
	{'A', KEY_CODE_UP},     {'B', KEY_CODE_DOWN},   {'C', KEY_CODE_RIGHT}, {'D', KEY_CODE_LEFT},
	{'F', KEY_CODE_END},    {'H', KEY_CODE_HOME},   {'P', KEY_CODE_F1},    {'Q', KEY_CODE_F1 + 1},
	{'R', KEY_CODE_F1 + 2}, {'S', KEY_CODE_F1 + 3}, {'M', KEY_CODE_ENTER},
};

static bool send_letter(const struct input_sink *sink, char final, uint8_t mods)
{
	for (size_t i = 0; i < ARRAY_LEN(input_letters); i++) {
		if (input_letters[i].final != final)
			continue;
		send_key(sink, input_letters[i].code, mods);
		return true;
	}
	return false;
}

static void send_tilde(const struct input_sink *sink, const struct input_control *control)
{
	static const struct {
		int number;
		uint32_t code;
	} tildes[] = {
		{1, KEY_CODE_HOME},    {2, KEY_CODE_INSERT},    {3, KEY_CODE_DELETE},   {4, KEY_CODE_END},
		{5, KEY_CODE_PAGE_UP}, {6, KEY_CODE_PAGE_DOWN}, {7, KEY_CODE_HOME},     {8, KEY_CODE_END},
		{11, KEY_CODE_F1},     {12, KEY_CODE_F1 + 1},   {13, KEY_CODE_F1 + 2},  {14, KEY_CODE_F1 + 3},
		{15, KEY_CODE_F1 + 4}, {17, KEY_CODE_F1 + 5},   {18, KEY_CODE_F1 + 6},  {19, KEY_CODE_F1 + 7},
		{20, KEY_CODE_F1 + 8}, {21, KEY_CODE_F1 + 9},   {23, KEY_CODE_F1 + 10}, {24, KEY_CODE_F1 + 11},
	};
	if (control->parameters[0] == 27) { /* modifyOtherKeys: CSI 27 ; mods ; code ~ */
		send_codepoint(sink, control->parameters[2], mods_of(control->parameters[1]));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(tildes); i++)
		if (tildes[i].number == control->parameters[0])
			send_key(sink, tildes[i].code, mods_of(control->parameters[1]));
}

/* SGR: CSI < button ; column ; row M or m. Bits: 4 shift, 8 alt, 16 ctrl, 32 motion, 64 wheel. */
static void send_mouse(const struct input_sink *sink, const struct input_control *control)
{
	int bits = control->parameters[0];
	struct event event = {.type = EVENT_MOUSE};
	struct event_mouse *mouse = &event.mouse;
	mouse->x = control->parameters[1] - 1;
	mouse->y = control->parameters[2] - 1;
	mouse->clicks = 1;
	mouse->mods = (uint8_t)((bits & 4 ? KEY_MOD_SHIFT : 0) | (bits & 8 ? KEY_MOD_ALT : 0) |
				(bits & 16 ? KEY_MOD_CTRL : 0));
	if (control->count < 3 || mouse->x < 0 || mouse->y < 0)
		return;
	if (bits & 64) {
		if ((bits & 3) > 1)
			return;
		mouse->action = bits & 1 ? EVENT_MOUSE_WHEEL_DOWN : EVENT_MOUSE_WHEEL_UP;
	} else {
		mouse->button = (uint8_t)((bits & 3) == 3 ? 0 : (bits & 3) + 1);
		mouse->action = control->final == 'm' ? EVENT_MOUSE_RELEASE
				: bits & 32           ? EVENT_MOUSE_DRAG
						      : EVENT_MOUSE_PRESS;
	}
	input_send(sink, &event);
}

static void send_reply(const struct input_sink *sink, const struct input_control *control)
{
	struct event event = {.type = EVENT_REPLY};
	event.reply.kind = control->final;
	event.reply.first = control->parameters[0];
	event.reply.second = control->parameters[1];
	input_send(sink, &event);
}

static void send_focus(const struct input_sink *sink, bool focused)
{
	struct event event = {.type = EVENT_FOCUS, .focused = focused};
	input_send(sink, &event);
}

/* What answers a question of ours; CSI 1 ; n R is F3 with modifiers. */
static bool is_reply(const struct input_control *control)
{
	return control->prefix == '?' || control->prefix == '>' || control->intermediate || control->final == 'n' ||
	       control->final == 'c' || (control->final == 'R' && control->count == 2 && control->parameters[0] != 1);
}

static void finish_control(struct input *input, const struct input_sink *sink, const unsigned char *bytes, size_t len)
{
	struct input_control control = parse_control(bytes, len);
	uint8_t mods = mods_of(control.parameters[1]);
	if (control.prefix == '<' && (control.final == 'M' || control.final == 'm'))
		send_mouse(sink, &control);
	else if (is_reply(&control))
		send_reply(sink, &control);
	else if (control.final == '~' && control.parameters[0] == 200)
		input->pasting = true;
	else if (control.final == '~')
		send_tilde(sink, &control);
	else if (control.final == 'u')
		send_codepoint(sink, control.parameters[0], mods);
	else if (control.final == 'Z')
		send_key(sink, KEY_CODE_TAB, KEY_MOD_SHIFT);
	else if (control.count == 0 && (control.final == 'I' || control.final == 'O'))
		send_focus(sink, control.final == 'I');
	else
		send_letter(sink, control.final, mods);
}

/* ---- one sequence, byte by byte ---- */

enum input_step { NEED_MORE, DONE, AGAIN /* done, and the last byte begins something new */ };

static enum input_step step_text(struct input *input, const struct input_sink *sink, const unsigned char *bytes,
				 size_t len, uint8_t mods)
{
	if (bytes[0] < 0x80) {
		send_byte(sink, bytes[0], mods);
		return DONE;
	}
	size_t need = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc2 ? 2 : 1;
	if (len > 1 && (bytes[len - 1] & 0xc0) != 0x80)
		return AGAIN;
	if (len < need)
		return NEED_MORE;
	int32_t codepoint;
	if (text_decode((const char *)bytes, len, &codepoint) == len && !text_is_unsafe(codepoint))
		send_key(sink, (uint32_t)codepoint, mods);
	return DONE;
}

static enum input_step step_control(struct input *input, const struct input_sink *sink)
{
	unsigned char last = input->sequence[input->len - 1];
	if (last == ESC)
		return AGAIN; /* a broken sequence: what follows is a new one */
	if (input->len <= 2 || last < 0x40 || last > 0x7e)
		return NEED_MORE;
	/* The Linux console sends F1 to F5 as CSI [ A to E. */
	if (last == '[' && input->len == 3)
		return NEED_MORE;
	if (input->len == 4 && input->sequence[2] == '[') {
		if (last >= 'A' && last <= 'E')
			send_key(sink, KEY_CODE_F1 + (uint32_t)(last - 'A'), 0);
		return DONE;
	}
	finish_control(input, sink, input->sequence + 2, input->len - 2);
	return DONE;
}

static enum input_step step_application(struct input *input, const struct input_sink *sink)
{
	unsigned char last = input->sequence[input->len - 1];
	if (last == ESC)
		return AGAIN;
	if (input->len == 2 || isdigit(last) || last == ';')
		return NEED_MORE;
	struct input_control control = parse_control(input->sequence + 2, input->len - 2);
	int mods = control.count > 0 ? control.parameters[control.count - 1] : 0;
	if (!send_letter(sink, control.final, mods_of(mods)) && last >= 'j' && last <= 'y')
		send_byte(sink, (unsigned char)(last - 0x40), 0); /* the keypad: SS3 j is '*' … SS3 y is '9' */
	return DONE;
}

/* OSC 11 ; colour: the ground. Source: XTerm Control Sequences, "Change VT100 text background color". */
static void send_ground(const struct input_sink *sink, const unsigned char *bytes, size_t len)
{
	static const char begin[] = "11;";
	char text[INPUT_SEQUENCE_MAX];
	struct event event = {.type = EVENT_REPLY};
	memcpy(text, bytes, len);
	text[len] = '\0';
	event.reply.kind = ']';
	event.reply.first = 11;
	if (strncmp(text, begin, sizeof begin - 1) == 0 && colour_parse_x(text + sizeof begin - 1, &event.reply.second))
		input_send(sink, &event);
}

/* OSC, DCS, APC, up to ST or BEL. */
static enum input_step step_string(const struct input *input, const struct input_sink *sink)
{
	unsigned char last = input->sequence[input->len - 1];
	bool st = input->len >= 4 && last == '\\' && input->sequence[input->len - 2] == ESC;
	if (last != 0x07 && !st)
		return NEED_MORE;
	if (input->sequence[1] == ']')
		send_ground(sink, input->sequence + 2, input->len - (st ? 4 : 3));
	return DONE;
}

static enum input_step input_step(struct input *input, const struct input_sink *sink)
{
	const unsigned char *bytes = input->sequence;
	if (bytes[0] != ESC)
		return step_text(input, sink, bytes, input->len, 0);
	if (input->len == 1)
		return NEED_MORE;
	if (bytes[1] == '[')
		return step_control(input, sink);
	if (bytes[1] == 'O')
		return step_application(input, sink);
	if (bytes[1] == ']' || bytes[1] == 'P' || bytes[1] == '_')
		return step_string(input, sink);
	if (bytes[1] == ESC) {
		send_key(sink, KEY_CODE_ESCAPE, 0);
		return AGAIN;
	}
	return step_text(input, sink, bytes + 1, input->len - 1, KEY_MOD_ALT);
}

static bool is_string(const struct input *input)
{
	return input->len >= 2 && strchr("]P_", input->sequence[1]);
}

static void feed_byte(struct input *input, unsigned char byte, const struct input_sink *sink)
{
	if (input->skipping) {
		/* Keeps only what is needed to see the end of the string or sequence. */
		bool string = is_string(input);
		bool st = string && byte == '\\' && input->sequence[INPUT_SEQUENCE_MAX - 1] == ESC;
		if (byte == ESC && !string) {
			input->skipping = false;
			input->sequence[0] = ESC;
			input->len = 1;
			return;
		}
		input->sequence[INPUT_SEQUENCE_MAX - 1] = byte;
		if (st || (string ? byte == 0x07 : byte >= 0x40 && byte <= 0x7e)) {
			input->skipping = false;
			input->len = 0;
		}
		return;
	}
	input->sequence[input->len++] = byte;
	enum input_step result = input_step(input, sink);
	if (result == AGAIN) {
		input->sequence[0] = byte;
		input->len = 1;
		result = input_step(input, sink);
	}
	if (result == DONE)
		input->len = 0;
	else if (input->len == INPUT_SEQUENCE_MAX)
		input->skipping = true;
}

/* ---- paste ---- */

static void end_paste(struct input *input, const struct input_sink *sink)
{
	/* Terminals send \r for newlines; \r\n comes from files of another system. */
	char *text = input->paste.data;
	size_t kept = 0;
	for (size_t i = 0; i < input->paste.len; i++) {
		if (text[i] == '\r' && i + 1 < input->paste.len && text[i + 1] == '\n')
			continue;
		text[kept++] = text[i] == '\r' ? '\n' : text[i];
	}
	if (text)
		text[kept] = '\0';
	struct event event = {.type = EVENT_PASTE};
	event.paste.text = text ? text : "";
	event.paste.len = kept;
	input->pasting = false;
	input->len = 0;
	input_send(sink, &event);
	buf_finish(&input->paste);
}

/* The end may be cut anywhere, so what could be its beginning is held in `sequence`. */
static void paste_byte(struct input *input, unsigned char byte, const struct input_sink *sink)
{
	input->sequence[input->len++] = byte;
	if (input->len < sizeof paste_end && byte == (unsigned char)paste_end[input->len - 1]) {
		if (input->len == sizeof paste_end - 1)
			end_paste(input, sink);
		return;
	}
	bool begins = byte == ESC;
	buf_append(&input->paste, input->sequence, input->len - begins);
	input->len = 0;
	if (begins)
		input->sequence[input->len++] = byte;
}

void input_feed(struct input *input, const void *bytes, size_t len, input_event_fn *fn, void *data)
{
	const unsigned char *in = bytes;
	const struct input_sink sink = {fn, data};
	for (size_t i = 0; i < len; i++) {
		if (input->pasting)
			paste_byte(input, in[i], &sink);
		else
			feed_byte(input, in[i], &sink);
	}
}

int input_pending_ms(const struct input *input)
{
	if (input->pasting)
		return INPUT_PASTE_MS;
	if (input->len == 0)
		return -1;
	/* Half an answer must not be taken for keys. */
	if (input->expecting && input->sequence[0] == ESC && (input->len == 1 || is_string(input)))
		return input->len == 1 ? INPUT_ANSWER_ESCAPE_MS : INPUT_ANSWER_MS;
	return input->len <= 2 ? INPUT_ESCAPE_MS : INPUT_SEQUENCE_MS;
}

void input_flush(struct input *input, input_event_fn *fn, void *data)
{
	const struct input_sink sink = {fn, data};
	if (input->pasting) {
		buf_append(&input->paste, input->sequence, input->len);
		end_paste(input, &sink);
		return;
	}
	size_t len = input->len;
	bool skipping = input->skipping;
	unsigned char second = len >= 2 ? input->sequence[1] : 0;
	bool escape = len > 0 && input->sequence[0] == ESC;
	input->len = 0;
	input->skipping = false;
	if (skipping || !escape)
		return;
	if (len == 1)
		send_key(&sink, KEY_CODE_ESCAPE, 0);
	else if (len == 2)
		send_key(&sink, second, KEY_MOD_ALT); /* Alt-[ and Alt-O begin like a sequence */
}
