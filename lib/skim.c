/* SPDX-License-Identifier: ISC */
#include "skim.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "record.h"
#include "text.h"

#define DEPTH_MAX	200	/* less than any libjq's own limit, 256 */

/* NUL is in no set of bytes that is skipped: reading ends there. */
struct reader {
	const char	*in;
	char		*out;
};

/* What to do with a member: the value of one to keep is not looked into. */
enum judgement { DROP, ENTER, KEEP };

static const struct {
	const char	*name;
	enum judgement	 judgement;
} looked_at[] = {
	{ "HostConfig", ENTER },
	{ "Id", KEEP },
	{ "Name", KEEP },
	{ "Names", KEEP },
	{ "NetworkMode", KEEP },
	{ "NetworkSettings", ENTER },
	{ "PortBindings", KEEP },
	{ "Ports", KEEP },
	{ "State", ENTER },
	{ "Status", KEEP }
};

static int value(struct reader *, unsigned);

static void
blanks(struct reader *s)
{

	while (*s->in == ' ' || *s->in == '\n' || *s->in == '\t' ||
	    *s->in == '\r')
		s->in++;
}

static void
copy(struct reader *s, const char *from)
{

	memcpy(s->out, from, (size_t)(s->in - from));
	s->out += s->in - from;
}

/* Go behind the string that begins here. */
static int
string(struct reader *s)
{

	for (s->in++; *s->in != '"'; s->in++) {
		s->in += strcspn(s->in, "\"\\");
		if (*s->in == '"')
			break;
		if (*s->in == '\0' || *++s->in == '\0')
			return (-1);
	}
	s->in++;
	return (0);
}

/* Go behind the object or array that begins here. */
static int
container(struct reader *s)
{
	size_t depth;

	depth = 0;
	do {
		s->in += strcspn(s->in, "\"{}[]");
		if (*s->in == '"') {
			if (string(s) == -1)
				return (-1);
			continue;
		}
		if (*s->in == '\0')
			return (-1);
		depth += *s->in == '{' || *s->in == '[' ? 1 : (size_t)-1;
		s->in++;
	} while (depth > 0);
	return (0);
}

/* Go behind the value that begins here. */
static int
skip(struct reader *s)
{
	size_t len;

	if (*s->in == '"')
		return (string(s));
	if (*s->in == '{' || *s->in == '[')
		return (container(s));
	len = strcspn(s->in, ",:\"{}[] \n\t\r");
	s->in += len;
	return (len > 0 ? 0 : -1);
}

/* Go behind the value that begins here, and copy it. */
static int
whole(struct reader *s)
{
	const char *from;

	from = s->in;
	if (skip(s) == -1)
		return (-1);
	copy(s, from);
	return (0);
}

/* A name with an escape in it may be any of them. */
static enum judgement
judge(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(looked_at) / sizeof(*looked_at); i++)
		if (strlen(looked_at[i].name) == len &&
		    memcmp(looked_at[i].name, name, len) == 0)
			return (looked_at[i].judgement);
	return (memchr(name, '\\', len) != NULL ? KEEP : DROP);
}

/* Take one member of an object, or drop it.  ${any}: was one taken? */
static int
member(struct reader *s, unsigned depth, int *any)
{
	enum judgement judgement;
	const char *name;
	size_t len;

	name = s->in;
	if (*name != '"' || string(s) == -1)
		return (-1);
	len = (size_t)(s->in - name);
	blanks(s);
	if (*s->in++ != ':')
		return (-1);
	blanks(s);
	judgement = judge(name + 1, len - 2);
	if (judgement == DROP)
		return (skip(s));
	if (*any)
		*s->out++ = ',';
	*any = 1;
	memcpy(s->out, name, len);
	s->out += len;
	*s->out++ = ':';
	return (judgement == KEEP ? whole(s) : value(s, depth));
}

static int
element(struct reader *s, unsigned depth, int *any)
{

	if (*any)
		*s->out++ = ',';
	*any = 1;
	return (value(s, depth));
}

/* Take what stands between two brackets. */
static int
list(struct reader *s, unsigned depth, char close,
    int (*take)(struct reader *, unsigned, int *))
{
	int any;

	any = 0;
	*s->out++ = *s->in++;
	blanks(s);
	if (*s->in != close) {
		for (;;) {
			if (take(s, depth, &any) == -1)
				return (-1);
			blanks(s);
			if (*s->in != ',')
				break;
			s->in++;
			blanks(s);
		}
		if (*s->in != close)
			return (-1);
	}
	*s->out++ = *s->in++;
	return (0);
}

static int
value(struct reader *s, unsigned depth)
{

	if (depth == DEPTH_MAX)
		return (-1);
	if (*s->in == '{')
		return (list(s, depth + 1, '}', member));
	if (*s->in == '[')
		return (list(s, depth + 1, ']', element));
	return (whole(s));
}

char *
skim_text(const char *text, size_t len)
{
	struct reader s;
	char *part;

	part = mem_alloc(len + 1, 1);
	s.in = text;
	s.out = part;
	blanks(&s);
	if (value(&s, 0) == 0) {
		blanks(&s);
		if (s.in == text + len) {
			*s.out = '\0';
			return (part);
		}
	}
	free(part);
	return (NULL);
}

struct record *
skim_parse(const char *text, size_t len, const char *name, struct error *e)
{
	struct record *r;
	char *part;

	if (text_check(text, len, name, e) == -1)
		return (NULL);
	part = skim_text(text, len);
	if (part == NULL)
		return (record_parse(text, len, 0, name, e));
	r = record_parse(part, strlen(part), 0, name, e);
	free(part);
	return (r);
}
