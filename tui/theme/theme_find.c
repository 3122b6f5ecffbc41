/* Where themes are looked for: the user's folder, what is built in, the skins of k9s. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/file.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "tui/theme/theme.h"

static const char *const theme_suffixes[] = {".yaml", ".yml"};

static const struct {
	enum theme_origin origin;
	const char *folder; /* below the configuration's */
} theme_folders[] = {{THEME_OF_USER, "mqdeck/themes"}, {THEME_OF_K9S, "k9s/skins"}};

/* NULL when there is none. free() it. */
static char *themes_folder(enum theme_origin origin)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	for (size_t i = 0; i < ARRAY_LEN(theme_folders); i++) {
		if (theme_folders[i].origin != origin)
			continue;
		if (!str_empty(xdg))
			return str_printf("%s/%s", xdg, theme_folders[i].folder);
		return str_empty(home) ? NULL : str_printf("%s/.config/%s", home, theme_folders[i].folder);
	}
	return NULL;
}

/* ---- reading ---- */

static bool load_file(struct theme *theme, const char *path, enum file_trust trust, theme_note_fn *note, void *data,
		      struct err *err)
{
	const struct file_use use = {.what = "the theme", .trust = trust, .follow = true};
	struct buf text = BUF_INIT(THEME_FILE_MAX);
	bool good = file_read(path, &use, &text, err) &&
		    theme_parse(theme, path, buf_str(&text), text.len, note, data, err);
	buf_finish(&text);
	return good;
}

/* "" when there is no such file. */
static void find_in(enum theme_origin origin, const char *name, char path[static THEME_PATH_MAX])
{
	CLEANUP(free) char *folder = themes_folder(origin);
	for (size_t i = 0; folder && i < ARRAY_LEN(theme_suffixes); i++) {
		int len = snprintf(path, THEME_PATH_MAX, "%s/%s%s", folder, name, theme_suffixes[i]);
		if (len < THEME_PATH_MAX && access(path, F_OK) == 0)
			return;
	}
	*path = '\0';
}

static bool is_theme_file(const char *name)
{
	return str_has_suffix(name, theme_suffixes[0]) || str_has_suffix(name, theme_suffixes[1]);
}

bool theme_load(struct theme *theme, const char *name, theme_note_fn *note, void *data, struct err *err)
{
	char path[THEME_PATH_MAX];
	if (strchr(name, '/') || is_theme_file(name))
		return load_file(theme, name, FILE_ANYBODYS, note, data, err);
	find_in(THEME_OF_USER, name, path);
	const struct theme *builtin = theme_builtin_find(name);
	if (!*path && builtin) {
		*theme = *builtin;
		return true;
	}
	if (!*path)
		find_in(THEME_OF_K9S, name, path);
	if (*path)
		return load_file(theme, path, FILE_TRUSTED, note, data, err);
	return err_set(err, ERR_NOT_FOUND, "unknown theme \"%.80s\"; `mqdeck theme list` lists them", name);
}

/* ---- listing ---- */

struct theme_listing {
	VEC(char *) names; /* given out */
	theme_each_fn *fn;
	void *data;
};

static void list_one(struct theme_listing *listing, const char *name, enum theme_origin origin, const char *path)
{
	vec_each (&listing->names, known)
		if (str_eq(*known, name))
			return;
	vec_push(&listing->names, mem_strdup(name));
	listing->fn(listing->data, name, origin, path);
}

static int compare_names(const void *a, const void *b)
{
	return str_compare_natural(*(char *const *)a, *(char *const *)b);
}

static void list_folder(struct theme_listing *listing, enum theme_origin origin)
{
	CLEANUP(free) char *folder = themes_folder(origin);
	DIR *open = folder ? opendir(folder) : NULL;
	VEC(char *) files = {0};
	if (!open)
		return;
	for (struct dirent *entry; files.len < THEME_FILES_MAX && (entry = readdir(open));)
		if (entry->d_name[0] != '.' && is_theme_file(entry->d_name))
			vec_push(&files, mem_strdup(entry->d_name));
	closedir(open);
	if (files.len)
		qsort(files.items, files.len, sizeof files.items[0], compare_names);
	vec_each (&files, file) {
		CLEANUP(free) char *path = str_printf("%s/%s", folder, *file);
		CLEANUP(free) char *name = mem_strndup(*file, (size_t)(strrchr(*file, '.') - *file));
		list_one(listing, name, origin, path);
		free(*file);
	}
	vec_finish(&files);
}

void theme_each(theme_each_fn *fn, void *data)
{
	struct theme_listing listing = {.fn = fn, .data = data};
	list_folder(&listing, THEME_OF_USER);
	for (size_t i = 0; i < theme_builtin_count; i++)
		list_one(&listing, theme_builtin[i].name, THEME_BUILT_IN, NULL);
	list_folder(&listing, THEME_OF_K9S);
	vec_each (&listing.names, name)
		free(*name);
	vec_finish(&listing.names);
}
