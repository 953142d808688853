/* SPDX-License-Identifier: ISC */
/*
 * A stand-in for getopt(3) of FreeBSD, NetBSD and macOS, to be linked to the
 * tools.  Unlike glibc's it knows no "+", so that this is one option more;
 * "-" alone is the option "-" where the tool has that one, else an operand;
 * and the "-" that begins a long option is an option letter like any other.
 */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int opterr = 1, optind = 1, optopt;

/* The letters of argv[optind] that are still to come, or NULL. */
static const char *letters;

/* Leave the word that the last letter was in. */
static void
leave(void)
{

	letters = NULL;
	optind++;
}

int
getopt(int argc, char *const argv[], const char *options)
{
	const char *known, *word;

	if (letters == NULL) {
		word = optind < argc ? argv[optind] : "";
		if (word[0] != '-' ||
		    (word[1] == '\0' && strchr(options, '-') == NULL))
			return (-1);
		if (strcmp(word, "--") == 0) {
			leave();
			return (-1);
		}
		letters = word[1] != '\0' ? word + 1 : word;
	}
	optopt = *letters++;
	known = optopt != ':' ? strchr(options, optopt) : NULL;
	if (known == NULL || known[1] != ':') {
		if (*letters == '\0')
			leave();
		return (known != NULL ? optopt : '?');
	}
	optarg = (char *)letters;
	if (*letters == '\0') {
		letters = NULL;
		optarg = ++optind < argc ? argv[optind] : NULL;
	}
	leave();
	return (optarg != NULL ? optopt : '?');
}
