/* SPDX-License-Identifier: ISC */
#ifndef POLICY_H
#define POLICY_H

#include <stddef.h>
#include <stdio.h>

struct addr;
struct cidr;
struct edit;
struct error;
struct input;
struct json;

/* Members of a policy: rows of the table in policy.c. */
enum { POLICY_LIST, POLICY_DNS, POLICY_RULES, POLICY_COUNT };

/* The network policy of a machine: on record, at launch, or asked for. */
struct policy {
	struct json	*value[POLICY_COUNT];	/* NULL: absent, or not asked
						   for; else as in a record */
	struct json	*ports;		/* asked for: "3000/tcp", ... */
	int		 offline;	/* on record: without a network */
	char		*hosts;		/* on record: names whose addresses are
					   added at the start, or NULL */
};

/* --- asking for a policy; all return 0, or -1 with ${e} set ------------- */

/* policy_letters(): the options of the members, as for getopt(3); static. */
const char *policy_letters(void);

/* policy_help(f): write a line about each of these options to ${f}. */
void policy_help(FILE *);

/* policy_option(p, letter, s, e): add the argument ${s} of an option. */
int policy_option(struct policy *, int, const char *, struct error *);

/**
 * policy_operands(p, argc, argv, in, e):
 * Add the ${argc} operands at ${argv} to ${p}: networks, or "none" or
 * "unrestricted" alone.  If the operand is "-", read standard input into ${in}
 * instead: lines with operands, or a JSON array of them; or an object.  The
 * members of an object with egress_rules are taken unchanged; those of another
 * object as operands and option arguments, its alias as a network.  A member
 * whose option was given is ignored.
 */
int policy_operands(struct policy *, int, char *const *, struct input *,
    struct error *);

/**
 * policy_complete(asked, recorded, p, e):
 * Set ${p} to the policy of a machine with the policy ${recorded} after
 * ${asked} is set.  Free with policy_free() in either case.
 */
int policy_complete(const struct policy *, const struct policy *,
    struct policy *, struct error *);

/* --- policies of machines ----------------------------------------------- */

/**
 * policy_read(object, p, e):
 * Read the policy in ${object}, a record, or the "resources" of a launch.
 * Return 0, or -1 with ${e} set if a member has a type that no engine writes.
 * Free with policy_free() in either case.
 */
int policy_read(const struct json *, struct policy *, struct error *);

/* policy_free(p): free what ${p} holds. */
void policy_free(struct policy *);

/* policy_name(i): the name of member ${i} in a record. */
const char *policy_name(size_t);

/* policy_same(p, q, i): does member ${i} mean the same in both? */
int policy_same(const struct policy *, const struct policy *, size_t);

/* policy_asks(p, i): is the member ${i} asked for? */
int policy_asks(const struct policy *, size_t);

/* policy_has(p, i): is the member ${i} neither absent, null nor empty? */
int policy_has(const struct policy *, size_t);

/* policy_host(p, a): is the one address ${a} the whole list? */
int policy_host(const struct policy *, struct addr *);

/* policy_networks(p, list): sorted networks, to be freed; their number. */
size_t policy_networks(const struct policy *, struct cidr **);

/**
 * policy_is_narrow(p):
 * Do the port rules allow nothing off the list?  A rule that is not understood
 * may allow more.
 */
int policy_is_narrow(const struct policy *);

/**
 * policy_edits(p, recorded, record, edit):
 * Write the edits that turn the policy ${recorded} in ${record} into ${p} to
 * ${edit}, POLICY_COUNT at most, and return their number.  Their values are to
 * be free(3)d.
 */
size_t policy_edits(const struct policy *, const struct policy *,
    const struct json *, struct edit *);

/* --- output ------------------------------------------------------------- */

/**
 * policy_text(f, p, i):
 * Write the member ${i} for people: networks, an address, ports, separated by
 * commas; "none", for the list "unrestricted" if it is null; "?" for an entry
 * that is no network; "other" for rules that are not just ports.
 */
void policy_text(FILE *, const struct policy *, size_t);

/**
 * policy_reach(f, p):
 * Write the reach of a machine with this record: its list, or "hosts" if it has
 * host names only, or "offline" without a network.
 */
void policy_reach(FILE *, const struct policy *);

/* policy_print(f, p): write the list to ${f}, as operands, one a line. */
void policy_print(FILE *, const struct policy *);

/* policy_shown(p, i): the member ${i} as in a launch record. */
struct json *policy_shown(const struct policy *, size_t);

/* policy_shown_name(i): its name there. */
const char *policy_shown_name(size_t);

/* policy_verbatim(p): an object with all members as they are, or null. */
struct json *policy_verbatim(const struct policy *);

#endif
