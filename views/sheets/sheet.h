/* A sheet is one kind of row of the world with its columns. The same sheet is a table on the screen and the answer
 * of `mqdeck get NAME`: the columns stand once. To add one: a file sheet_NAME.c and a line in sheets.def; all that
 * the console knows of such a row stands in its struct sheet. */
#ifndef MQDECK_VIEWS_SHEETS_SHEET_H
#define MQDECK_VIEWS_SHEETS_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/cell.h"
#include "api/base/vec.h"
#include "api/model/world/world.h"

/* What part of the world is looked at. NULL members do not restrict. */
struct sheet_scope {
	const char *namespace;
	const char *cluster; /* the cluster's key */
	const char *node;
	const char *broker; /* "namespace/pod" */
	const char *name;   /* the row's own name, as `get VIEW NAME` gives it */
};

enum { SHEET_ROW_TEXT_MAX = 1024 };

/* One row while it is looked at. `item` is set from the sheet's list, the rest by its fill. */
struct sheet_row {
	const struct world_view *world;
	int64_t wall_ms;                     /* now, Unix ms */
	const struct world_cluster *cluster; /* NULL where the row belongs to none */
	union {
		const void *any;
		const struct world_broker *broker;
		const struct world_volume *volume;
		const struct world_service *service;
		const struct world_node *node;
		const struct world_event *event;
		const struct kube_pod *pod;
	} item;
	union {
		struct world_replicated replicated;
		struct world_queue queue;
		struct world_topic topic;
		struct world_group group;
	} value;
	char text[SHEET_ROW_TEXT_MAX]; /* where a cell that must be put together is put; overwritten by the next such
					  cell */
};

enum {
	SHEET_COLUMN_WIDE = 1,  /* only with -o wide, or when switched on with Ctrl-W */
	SHEET_COLUMN_FIELD = 2, /* only in JSON and YAML */
};

struct sheet_column {
	const char *title; /* heading, upper case; NULL with SHEET_COLUMN_FIELD */
	const char *field; /* JSON member, lowerCamelCase, units in the name; stable */
	const char *help;  /* one clause for --help */
	unsigned flags;
	enum cell_type type; /* of a numeric column, for its alignment; 0 = text */
	uint8_t min, max;    /* width in columns; max 0 = as wide as the content */
	uint8_t priority;    /* 0 = always shown; the highest goes first when the terminal is narrow */
	struct cell (*cell)(struct sheet_row *row);
};

/* Columns, a line each, with their widths, priority and SHEET_WIDE behind them. */
#define SHEET_TEXT(title_, field_, help_, cell_, ...)                                                                  \
	{.title = title_, .field = field_, .help = help_, .cell = cell_, __VA_ARGS__}
#define SHEET_NUMBER(type_, title_, field_, help_, cell_, ...)                                                         \
	{.title = title_, .field = field_, .help = help_, .cell = cell_, .type = CELL_##type_, __VA_ARGS__}
#define SHEET_FIELD(field_, help_, cell_) {.field = field_, .help = help_, .cell = cell_, .flags = SHEET_COLUMN_FIELD}
#define SHEET_WIDE .flags = SHEET_COLUMN_WIDE

enum { SHEET_RANKS = 8 };

/* Rows that are an array of pointers in the world: where that and its length stand. */
struct sheet_list {
	size_t items, count;
	bool of_cluster; /* offsets in each cluster, not in the world */
};
#define SHEET_OF_WORLD(items_, count_)                                                                                 \
	{.items = offsetof(struct world_view, items_), .count = offsetof(struct world_view, count_)}
#define SHEET_OF_CLUSTER(items_, count_)                                                                               \
	{.items = offsetof(struct world_cluster, items_),                                                              \
	 .count = offsetof(struct world_cluster, count_),                                                              \
	 .of_cluster = true}

/* Where a row leads: names of its broker's pod and of its node, NULL where it leads to none. */
struct sheet_links {
	const char *broker, *node;
};

struct selection;

/* All that the console and `get` know of a kind of row. What is left out has a good default. */
struct sheet {
	const char *name; /* plural: "brokers" */
	const char *word; /* singular: "broker" */

	/* ---- its rows ---- */
	struct sheet_list list;
	bool per_cluster; /* count and fill are asked for each cluster */
	/* Instead of a list. -1 = unknown. */
	int64_t (*count)(const struct world_view *world, const struct world_cluster *cluster);
	void (*fill)(struct sheet_row *row, int64_t index);       /* what a list does not: `value`, `cluster` */
	const char *(*name_of)(struct sheet_row *row);            /* NULL: the first column is the name */
	const char *(*namespace_of)(const struct sheet_row *row); /* NULL function: its cluster's; answer: none */
	/* Stable while the object lives. NULL: the name within its cluster or namespace. */
	void (*key)(struct sheet_row *row, char *out, size_t size);
	/* Beyond cluster, namespace and name, which are checked for all sheets. NULL: by its links. */
	bool (*matches)(const struct sheet_row *row, const struct sheet_scope *scope);
	/* How bad a row is, below SHEET_RANKS. On the screen the worst come first, and rows of one rank by cluster and
	 * in the order that the world has, so that a row moves only when its rank changes: a rank is a class and no
	 * figure. NULL: by the worst of its cells. */
	uint8_t (*rank)(struct sheet_row *row);
	bool unranked;      /* all are alike */
	bool answers_only;  /* all of a row is made of what its cluster's `answers` numbers */
	bool needs_brokers; /* also what the brokers say must have been read */
	uint32_t leans_on;  /* the parts that its rows are made of (world_parts.h) */

	/* ---- what can be done from a row ---- */
	const char *opens; /* the view or sheet that Enter opens; NULL: describe */
	void (*links)(const struct sheet_row *row, struct sheet_links *out);
	bool is_broker;      /* what is opened from it is of its broker, and so are operations */
	bool has_broker;     /* operations alone are */
	bool is_node;        /* the same for its node */
	bool names_replicas; /* its name is that of partitions or of a queue in the sheet of replication */

	/* ---- the object behind it ---- */
	struct {
		const char *group, *version, *resource; /* in Kubernetes' API; NULL: only the brokers know it */
	} api;
	/* Where that depends on the row; free() the answer. */
	char *(*path)(const struct world_view *world, const struct selection *selection);
	void (*describe)(const struct sheet_row *row, struct buf *out); /* more than its columns */

	const struct sheet_column *columns;
	size_t column_count;
};

#define X(variable, names, help) extern const struct sheet variable;
#include "views/sheets/sheets.def"
#undef X

/* All sheets in the order of sheets.def; NULL at the end. */
const struct sheet *const *sheet_all(void);
const char *sheet_help(size_t at);                /* what it shows, of the one at that place */
const struct sheet *sheet_find(const char *name); /* also singular and short names; NULL when there is none */

/* A part that a sheet's rows lean on and that was not read, or fails since. */
struct sheet_missing {
	const struct world_cluster *cluster; /* NULL: a list of Kubernetes */
	const char *part;                    /* its word; NULL: all that the cluster's brokers say */
	const struct err *err;               /* why; code NONE = no answer yet */
};
/* *at 0 before the first; false after the last. */
bool sheet_missing_next(const struct sheet *sheet, const struct world_view *world, size_t *at,
			struct sheet_missing *out);

/* The rows of a scope. Positions count from 0 and are valid until the next world_update(). */
struct sheet_rows {
	const struct sheet *sheet;
	const struct world_view *world;
	int64_t wall_ms;
	struct sheet_parts { /* the clusters that they are of */
		struct sheet_part {
			const struct world_cluster *cluster;
			uint64_t answers; /* the cluster's when they were collected */
		} *items;
		size_t len, size;
	} parts;
	VEC(struct sheet_position {
		const struct world_cluster *cluster;
		uint32_t index;
		uint8_t rank;
	})
	positions;
};

/* By name for scripts: namespace and name of the cluster, then as the world has them; what is bad moves nothing. */
enum sheet_order { SHEET_WORST_FIRST, SHEET_BY_NAME };

/* All zero before the first time, and then for the same sheet, scope and order. False when nothing is done because
 * all rows are as they were. */
bool sheet_rows_collect(struct sheet_rows *rows, const struct sheet *sheet, const struct world_view *world,
			const struct sheet_scope *scope, enum sheet_order order, int64_t wall_ms);
void sheet_rows_clear(struct sheet_rows *rows);
void sheet_rows_finish(struct sheet_rows *rows);
void sheet_rows_fill(const struct sheet_rows *rows, size_t position, struct sheet_row *row);

const char *sheet_name_of(const struct sheet *sheet, struct sheet_row *row); /* what `get VIEW NAME` compares with */
const char *sheet_namespace_of(const struct sheet *sheet, const struct sheet_row *row); /* NULL: it is in none */
void sheet_key_of(const struct sheet *sheet, struct sheet_row *row, char *out, size_t size);
struct sheet_links sheet_links_of(const struct sheet *sheet, const struct sheet_row *row);
/* The worst of its cells: the sign before the row, and the rank of rows that have no better one. */
enum severity sheet_severity(const struct sheet *sheet, struct sheet_row *row);
uint8_t sheet_rank_of(enum severity severity); /* 0 for what is fine */

/* Cells that several sheets have. */
struct cell sheet_cell_cluster(struct sheet_row *row);
struct cell sheet_cell_kind(struct sheet_row *row);
struct cell sheet_cell_namespace(struct sheet_row *row);
const char *sheet_kind_word(const struct world_cluster *cluster); /* "rabbitmq" or "kafka" */
struct cell sheet_age_since(const struct sheet_row *row, int64_t unix_ms);
struct cell sheet_joined(struct sheet_row *row, const char *const *items, size_t count); /* a list cell in row->text */
struct cell sheet_cell_ports(struct sheet_row *row); /* of a service: "amqp 5672:30672>5672,…" */
/* A figure of the broker's side: unknown when negative. */
/* Its state in a word or few: what `get` and the Deck say of one moment is the same. */
const char *sheet_broker_state(const struct world_broker *broker);
const char *sheet_cluster_state(const struct world_cluster *cluster); /* "ok", "warning", … */
/* Whether there is a pod of it cannot be told. */
bool sheet_broker_is_unread(const struct world_broker *broker);
struct cell sheet_figure(int64_t figure);
struct cell sheet_text(const char *text); /* unknown when NULL, where there always is one */
/* "ready", "draining" … of several pods or one: text graded by severity. */
struct cell sheet_state(const char *word, enum severity severity);

#endif
