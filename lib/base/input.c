/* SPDX-License-Identifier: ISC */
#include "base/input.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/args.h"
#include "base/error.h"
#include "base/io.h"
#include "base/json.h"

static void
append(struct input *in, const char *text, size_t len, size_t line)
{

	in->item = alloc_grow(in->item, in->count, sizeof(*in->item));
	in->item[in->count].text = alloc_copy(text, len);
	in->item[in->count++].line = line;
}

/* Split ${text} into lines. */
static void
split(struct input *in, const char *text)
{
	size_t len, line, skip;

	for (line = 1; *text != '\0'; line++) {
		skip = strcspn(text, "\n");
		len = skip;
		while (len > 0 && strchr(BLANKS, *text) != NULL) {
			text++;
			len--;
			skip--;
		}
		while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
			len--;
		if (len > 0 && *text != '#')
			append(in, text, len, line);
		text += skip;
		if (*text == '\n')
			text++;
	}
}

int
input_take(struct input *in, const struct json *list, struct error *e)
{
	const char *s;
	size_t i;

	for (i = 0; i < json_count(list); i++) {
		s = json_at_string(list, i);
		if (s == NULL)
			return (error_set(e, "element %zu of the array is not "
			    "a string", i + 1));
		append(in, s, strlen(s), 0);
	}
	return (0);
}

int
input_is_json(const char *text)
{

	text += strspn(text, BLANKS);
	if (*text == '{')
		return (1);
	if (*text != '[')
		return (0);
	text += 1 + strspn(text + 1, BLANKS);
	return (*text == '{' || *text == '"' || *text == ']');
}

static int
read_any(struct input *in, struct error *e)
{
	struct json *r;
	char *text;
	size_t len;
	int result;

	memset(in, 0, sizeof(*in));
	text = NULL;
	r = NULL;
	result = -1;
	if (io_read(STDIN_FILENO, INPUT_NAME, INPUT_MAX, &text, &len, e) == -1)
		return (-1);
	if (json_check_text(text, len, INPUT_NAME, e) == -1)
		goto out;
	if (!input_is_json(text)) {
		split(in, text);
	} else {
		r = json_parse(text, len, JSON_STRICT, INPUT_NAME, e);
		if (r == NULL)
			goto out;
		if (json_kind(r) == JSON_OBJECT) {
			in->record = r;
			r = NULL;
		} else if (input_take(in, r, e) == -1) {
			error_prefix(e, INPUT_NAME);
			goto out;
		}
	}
	result = 0;
out:
	json_free(r);
	free(text);
	return (result);
}

int
input_read(struct input *in, struct error *e)
{

	if (read_any(in, e) == -1)
		return (-1);
	if (in->record == NULL && in->count == 0)
		return (error_set(e, INPUT_NAME ": empty"));
	return (0);
}

int
input_read_list(struct input *in, struct error *e)
{

	if (read_any(in, e) == -1)
		return (-1);
	if (in->record != NULL)
		return (error_set(e, INPUT_NAME ": is an object, not a list"));
	return (0);
}

int
input_fail(const struct input *in, size_t i, struct error *e)
{

	if (in->item[i].line == 0)
		return (error_prefix(e, INPUT_NAME));
	return (error_prefix(e, INPUT_NAME ":%zu", in->item[i].line));
}

struct json *
input_record(const struct input *in)
{

	return (in->record != NULL ? json_copy(in->record) :
	    json_new(JSON_OBJECT));
}

void
input_free(struct input *in)
{
	size_t i;

	json_free(in->record);
	for (i = 0; i < in->count; i++)
		free(in->item[i].text);
	free(in->item);
	memset(in, 0, sizeof(*in));
}
