package main

// Objects are trees of numbered and named fields, from which both forms of the API are rendered: protobuf by number, JSON by
// name. Numbers: k8s.io/api and apimachinery, generated.proto.

import (
	"encoding/binary"
	"encoding/json"
	"sort"
	"strconv"
	"time"
)

type field struct {
	number int
	name   string // "" = in JSON its fields stand one level up
	value  any
}

type message []field

type (
	stamp      int64             // seconds since 1970
	pairs      map[string]string // map<string, string>
	quantities map[string]string // map<string, Quantity>
	port       int               // an IntOrString that is a number
	managed    string            // FieldsV1: JSON in both forms
	secret     map[string]string // map<string, bytes>
)

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func appendBytes(out []byte, number int, bytes []byte) []byte {
	out = binary.AppendUvarint(out, uint64(number)<<3|2)
	out = binary.AppendUvarint(out, uint64(len(bytes)))
	return append(out, bytes...)
}

func appendInt(out []byte, number int, value int64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(out, uint64(number)<<3), uint64(value))
}

func appendText(out []byte, number int, text string) []byte {
	return appendBytes(out, number, []byte(text))
}

func appendMap(out []byte, number int, values map[string]string, wrap func(string) []byte) []byte {
	for _, key := range sortedKeys(values) {
		out = appendBytes(out, number, appendBytes(appendText(nil, 1, key), 2, wrap(values[key])))
	}
	return out
}

func plain(text string) []byte { return []byte(text) }

func inMessage(text string) []byte { return appendText(nil, 1, text) }

func (m message) protobuf(out []byte) []byte {
	for _, f := range m {
		switch value := f.value.(type) {
		case string:
			out = appendText(out, f.number, value)
		case int:
			out = appendInt(out, f.number, int64(value))
		case bool:
			if value {
				out = appendInt(out, f.number, 1)
			} else {
				out = appendInt(out, f.number, 0)
			}
		case message:
			out = appendBytes(out, f.number, value.protobuf(nil))
		case []message:
			for _, one := range value {
				out = appendBytes(out, f.number, one.protobuf(nil))
			}
		case []string:
			for _, one := range value {
				out = appendText(out, f.number, one)
			}
		case stamp:
			out = appendBytes(out, f.number, appendInt(appendInt(nil, 1, int64(value)), 2, 0))
		case pairs:
			out = appendMap(out, f.number, value, plain)
		case secret:
			out = appendMap(out, f.number, value, plain)
		case quantities:
			out = appendMap(out, f.number, value, inMessage)
		case port:
			out = appendBytes(out, f.number, appendInt(appendInt(nil, 1, 0), 2, int64(value)))
		case managed:
			out = appendBytes(out, f.number, inMessage(string(value)))
		}
	}
	return out
}

func appendQuoted(out []byte, text string) []byte {
	quoted, _ := json.Marshal(text)
	return append(out, quoted...)
}

func jsonValue(out []byte, value any) []byte {
	switch value := value.(type) {
	case string:
		return appendQuoted(out, value)
	case message:
		return append(value.jsonFields(append(out, '{'), true), '}')
	case []message:
		out = append(out, '[')
		for i, one := range value {
			if i > 0 {
				out = append(out, ',')
			}
			out = jsonValue(out, one)
		}
		return append(out, ']')
	case stamp:
		return appendQuoted(out, time.Unix(int64(value), 0).UTC().Format(time.RFC3339))
	case port:
		return strconv.AppendInt(out, int64(value), 10)
	case managed:
		return append(out, value...)
	case secret:
		bytes := map[string][]byte{}
		for key, text := range value {
			bytes[key] = []byte(text)
		}
		return jsonValue(out, bytes)
	default: // strings, numbers and maps of them
		plain, _ := json.Marshal(value)
		return append(out, plain...)
	}
}

func (m message) jsonFields(out []byte, first bool) []byte {
	for _, f := range m {
		if inner, ok := f.value.(message); ok && f.name == "" {
			out = inner.jsonFields(out, first)
			first = first && len(inner) == 0
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(appendQuoted(out, f.name), ':')
		out = jsonValue(out, f.value)
	}
	return out
}
