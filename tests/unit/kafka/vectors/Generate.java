import static java.lang.Integer.parseInt;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/* Writes what kafka-clients' own classes make of messages filled by reflection, in every version that mqdeck may
 * negotiate and this release has. One line a message:
 *   API VERSION request|response VARIANT HEX
 * and after each "full" one, what a reader must find in it, in the order of the fields:
 *   = path=value path=value ...
 * The only argument is api/kafka/wire/apis.c, which says what is spoken. `make` runs it for each release. */
public class Generate {
    static final Pattern API = Pattern.compile("\\{KAFKA_(\\w+), \"(\\w+)\", \\.min = (\\d+), \\.max = (\\d+)");

    /* full: two or three elements an array, every value distinct. null: null wherever it may be, one element else.
     * empty: everything at its default. wide: extreme numbers, strings beyond 127 bytes, an array of 130. */
    enum Variant { full, nulls, empty, wide }

    final Variant variant;
    final short version;
    final StringBuilder expected = new StringBuilder();
    int counter;

    Generate(Variant variant, short version) {
        this.variant = variant;
        this.version = version;
    }

    public static void main(String[] args) throws Exception {
        Matcher api = API.matcher(Files.readString(Path.of(args[0])));
        while (api.find())
            for (int version = parseInt(api.group(3)); version <= parseInt(api.group(4)); version++) {
                emit(api.group(1), api.group(2), (short) version, "request", "Request");
                emit(api.group(1), api.group(2), (short) version, "response", "Response");
            }
        emitAssignment();
    }

    static void emit(String key, String name, short version, String side, String suffix) throws Exception {
        Class<?> type;
        try {
            type = Class.forName("org.apache.kafka.common.message." + name + suffix + "Data");
        } catch (ClassNotFoundException e) {
            return; /* newer than this release */
        }
        if (version < type.getField("LOWEST_SUPPORTED_VERSION").getShort(null)
            || version > type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null))
            return;
        for (Variant variant : Variant.values())
            emitOne(ApiKeys.valueOf(key).id + " " + version + " " + side, type, version, variant);
    }

    static void emitAssignment() throws Exception {
        Class<?> type = Class.forName("org.apache.kafka.common.message.ConsumerProtocolAssignment");
        for (Variant variant : Variant.values())
            emitOne("-1 3 response", type, (short) 3, variant);
    }

    static void emitOne(String head, Class<?> type, short version, Variant variant) throws Exception {
        Generate generate = new Generate(variant, version);
        Message message = (Message) type.getDeclaredConstructor().newInstance();
        if (variant != Variant.empty)
            generate.fill(message, "", 0);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(bytes), cache, version);
        String hex = HexFormat.of().formatHex(bytes.array());
        System.out.println(head + " " + variant + " " + (hex.isEmpty() ? "-" : hex));
        if (variant == Variant.full)
            System.out.println("=" + generate.expected);
    }

    static String camel(String snake) {
        StringBuilder out = new StringBuilder();
        for (String word : snake.split("_"))
            out.append(out.length() == 0 ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        return out.toString();
    }

    static List<BoundField> fieldsOf(Object message, short version) throws Exception {
        Schema[] schemas = (Schema[]) message.getClass().getField("SCHEMAS").get(null);
        List<BoundField> fields = new ArrayList<>();
        for (BoundField field : schemas[version].fields())
            if (!(field.def.type instanceof TaggedFields))
                fields.add(field);
        return fields;
    }

    /* Tagged fields, by what the schema says of the version. */
    static List<String> taggedOf(Object message, short version) throws Exception {
        Schema[] schemas = (Schema[]) message.getClass().getField("SCHEMAS").get(null);
        Field byTag = TaggedFields.class.getDeclaredField("fields"); /* without a getter before 4.0 */
        byTag.setAccessible(true);
        List<String> names = new ArrayList<>();
        for (BoundField field : schemas[version].fields())
            if (field.def.type instanceof TaggedFields)
                for (Object tagged : ((Map<?, ?>) byTag.get(field.def.type)).values())
                    names.add(((org.apache.kafka.common.protocol.types.Field) tagged).name);
        return names;
    }

    void fill(Object message, String path, int depth) throws Exception {
        for (BoundField field : fieldsOf(message, version))
            fillField(message, field.def.name, field.def.type, path, depth);
        for (String name : taggedOf(message, version))
            fillField(message, name, null, path, depth);
    }

    void fillField(Object message, String name, Type wire, String path, int depth) throws Exception {
        Field field = message.getClass().getDeclaredField(camel(name));
        field.setAccessible(true);
        String here = path + name;
        if (variant == Variant.nulls && wire != null && wire.isNullable()) {
            field.set(message, null);
            return;
        }
        Class<?> type = field.getType();
        if (Collection.class.isAssignableFrom(type)) {
            fillCollection(message, field, here, depth);
        } else if (type == String.class) {
            field.set(message, string());
            expect(here, field.get(message));
        } else if (type == byte[].class) {
            field.set(message, bytes());
            expect(here, HexFormat.of().formatHex((byte[]) field.get(message)));
        } else if (type == ByteBuffer.class) {
            byte[] raw = bytes();
            field.set(message, ByteBuffer.wrap(raw));
            expect(here, HexFormat.of().formatHex(raw));
        } else if (type.isPrimitive()) {
            setNumber(message, field);
            expect(here, type == boolean.class ? (field.getBoolean(message) ? 1 : 0) : field.get(message));
        } else if (type == Uuid.class) {
            Uuid uuid = new Uuid(number() * 1_000_003L, -number() * 7919L);
            field.set(message, uuid);
            expect(here, String.format("%016x%016x", uuid.getMostSignificantBits(), uuid.getLeastSignificantBits()));
        } else {
            if (field.get(message) == null)
                field.set(message, type.getDeclaredConstructor().newInstance());
            fill(field.get(message), here + ".", depth + 1);
        }
    }

    void expect(String path, Object value) {
        expected.append(' ').append(path).append('=').append(value);
    }

    long number() {
        return ++counter;
    }

    String string() {
        long n = number();
        if (variant == Variant.wide)
            return "w" + n + "é€😀" + "x".repeat(150);
        return "s" + n;
    }

    byte[] bytes() {
        return variant == Variant.wide ? new byte[200] : ("b" + number()).getBytes(StandardCharsets.UTF_8);
    }

    void setNumber(Object message, Field field) throws Exception {
        long n = number();
        boolean low = n % 2 == 0;
        boolean wide = variant == Variant.wide;
        switch (field.getType().getName()) {
            case "boolean" -> field.setBoolean(message, true);
            case "byte" -> field.setByte(message, wide ? (low ? Byte.MIN_VALUE : Byte.MAX_VALUE) : (byte) (n % 100 + 1));
            case "short" -> field.setShort(message, wide ? (low ? Short.MIN_VALUE : Short.MAX_VALUE) : (short) (n + 300));
            case "int" -> {
                /* uint16 fields are ints in Java. */
                boolean port = field.getName().equals("port");
                field.setInt(message, wide && !port ? (low ? Integer.MIN_VALUE : Integer.MAX_VALUE) : (int) n + 40000);
            }
            case "long" -> field.setLong(message, wide ? (low ? Long.MIN_VALUE : Long.MAX_VALUE) : n + (5L << 32));
            default -> throw new IllegalStateException(field.toString());
        }
    }

    Class<?> elementType(Field field) throws Exception {
        if (field.getGenericType() instanceof ParameterizedType generic)
            return (Class<?>) generic.getActualTypeArguments()[0];
        ParameterizedType parent = (ParameterizedType) field.getType().getGenericSuperclass();
        return (Class<?>) parent.getActualTypeArguments()[0];
    }

    @SuppressWarnings("unchecked")
    void fillCollection(Object message, Field field, String path, int depth) throws Exception {
        Class<?> element = elementType(field);
        boolean simple = element == Integer.class || element == String.class;
        Collection<Object> all = field.getType() == List.class ? new ArrayList<>()
            : (Collection<Object>) field.getType().getDeclaredConstructor().newInstance();
        int count = switch (variant) {
            case full -> depth == 0 ? 2 : depth == 1 ? 2 : simple ? 3 : 1;
            case wide -> element == Integer.class ? 130 : 1;
            default -> 1;
        };
        for (int i = 0; i < count; i++) {
            String here = path + "[" + i + "]";
            if (element == Integer.class) {
                all.add((int) number() + 70000);
                expect(here, (int) counter + 70000);
            } else if (element == String.class) {
                String text = string();
                all.add(text);
                expect(here, text);
            } else {
                Constructor<?> make = element.getDeclaredConstructor();
                Object item = make.newInstance();
                fill(item, here + ".", depth + 1);
                all.add(item);
            }
        }
        field.set(message, all);
    }
}
