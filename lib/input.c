/* SPDX-License-Identifier: ISC */
#include "input.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "io.h"
#include "mem.h"
#include "pool.h"
#include "record.h"
#include "text.h"

#define BLANKS	" \t\r\n\v\f"

static void
append(struct input *in, const char *text, size_t len, size_t line)
{

	in->item = mem_resize(in->item, in->count + 1, sizeof(*in->item));
	in->item[in->count].text = mem_copy(text, len);
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

/* Take the strings out of the JSON array ${list}. */
static int
take(struct input *in, const struct record *list, struct error *e)
{
	struct record *r;
	const char *s;
	size_t i;

	for (i = 0; i < record_count(list); i++) {
		r = record_at(list, i);
		s = record_string(r);
		if (s != NULL)
			append(in, s, strlen(s), 0);
		record_free(r);
		if (s == NULL)
			return (error_set(e, "element %zu of the array is not "
			    "a string", i + 1));
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
	struct record *r;
	char *text;
	size_t len;
	int result;

	memset(in, 0, sizeof(*in));
	text = NULL;
	r = NULL;
	result = -1;
	if (io_read(STDIN_FILENO, INPUT_NAME, INPUT_MAX, &text, &len, e) == -1)
		return (-1);
	if (text_check(text, len, INPUT_NAME, e) == -1)
		goto out;
	if (!input_is_json(text)) {
		split(in, text);
	} else {
		r = record_parse(text, len, RECORD_STRICT, INPUT_NAME, e);
		if (r == NULL)
			goto out;
		if (record_kind(r) == RECORD_OBJECT) {
			in->record = r;
			r = NULL;
		} else if (take(in, r, e) == -1) {
			error_prefix(e, INPUT_NAME);
			goto out;
		}
	}
	result = 0;
out:
	record_free(r);
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

/* Append what the list ${r}, a record's member, names. */
static int
take_pool(const struct record *r, struct pool *pool, struct error *e)
{
	struct input list;
	size_t i;
	int result;

	memset(&list, 0, sizeof(list));
	if (record_count(r) == 0)
		result = error_set(e, "is not a list of addresses");
	else
		result = take(&list, r, e);
	for (i = 0; i < list.count && result == 0; i++)
		result = pool_add(pool, list.item[i].text, e);
	if (result == -1)
		error_prefix(e, INPUT_NAME ": pool");
	input_free(&list);
	return (result);
}

int
input_take_pool(const struct input *in, struct pool *pool, struct error *e)
{
	struct record *r;
	size_t i;
	int result;

	if (in->record != NULL) {
		r = record_get(in->record, "pool");
		result = r != NULL ? take_pool(r, pool, e) :
		    pool_default(pool, e);
		record_free(r);
		return (result);
	}
	for (i = 0; i < in->count; i++)
		if (pool_add(pool, in->item[i].text, e) == -1)
			return (input_fail(in, i, e));
	return (0);
}

int
input_pool(char *const *operand, struct input *in, struct pool *pool,
    struct error *e)
{
	size_t i;

	if (operand[0] == NULL)
		return (pool_default(pool, e));
	if (strcmp(operand[0], "-") != 0) {
		for (i = 0; operand[i] != NULL; i++)
			if (pool_add(pool, operand[i], e) == -1)
				return (-1);
		return (0);
	}
	if (input_read(in, e) == -1)
		return (-1);
	return (input_take_pool(in, pool, e));
}

void
input_free(struct input *in)
{
	size_t i;

	record_free(in->record);
	for (i = 0; i < in->count; i++)
		free(in->item[i].text);
	free(in->item);
	memset(in, 0, sizeof(*in));
}
