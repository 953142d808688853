# SPDX-License-Identifier: ISC
# For GNU make 3.81 and later and for bmake: no conditionals, no $(shell), and
# $< only in suffix rules.  Settings may be kept in config.mk.

VERSION = 0.1.0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
INSTALL ?= install
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2

# Debian 12's libjq has no .pc file, and the macOS SDK's libraries have none.
JQ_LIBS ?= `$(PKG_CONFIG) --libs libjq 2>/dev/null || echo -ljq`
SQLITE_LIBS ?= `$(PKG_CONFIG) --libs sqlite3 2>/dev/null || echo -lsqlite3`
CURL_LIBS ?= `$(PKG_CONFIG) --libs libcurl 2>/dev/null || echo -lcurl`
ALL_CFLAGS = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wpointer-arith -Wwrite-strings $(WERROR)
OUR_CPPFLAGS = -D_DEFAULT_SOURCE -DVERSION='"$(VERSION)"' -Ilib
ALL_CPPFLAGS = $(OUR_CPPFLAGS) \
	`$(PKG_CONFIG) --cflags libjq sqlite3 libcurl 2>/dev/null || :`

-include config.mk

LIB = lib/libbottle.a
# One name a line, sorted, and an empty line behind.
OBJ = \
	lib/addr.o \
	lib/args.o \
	lib/audit.o \
	lib/beside.o \
	lib/canary.o \
	lib/child.o \
	lib/cidr.o \
	lib/claim.o \
	lib/containers.o \
	lib/context.o \
	lib/differ.o \
	lib/docker.o \
	lib/egress.o \
	lib/endpoint.o \
	lib/ensure.o \
	lib/error.o \
	lib/field.o \
	lib/held.o \
	lib/input.o \
	lib/io.o \
	lib/launch.o \
	lib/listen.o \
	lib/listen_linux.o \
	lib/listen_scan.o \
	lib/lo.o \
	lib/lo_bsd.o \
	lib/lo_linux.o \
	lib/machine.o \
	lib/mem.o \
	lib/members.o \
	lib/noproxy.o \
	lib/owner.o \
	lib/persist.o \
	lib/pick.o \
	lib/plan.o \
	lib/policy.o \
	lib/pool.o \
	lib/ports.o \
	lib/privilege.o \
	lib/proc_bsd.o \
	lib/proc_linux.o \
	lib/record.o \
	lib/rules.o \
	lib/sha256.o \
	lib/skim.o \
	lib/sort.o \
	lib/text.o \
	lib/vmdb.o \
	lib/vmdir.o \
	lib/vmedit.o \
	lib/vmfile.o \
	lib/vmlist.o \
	lib/vmpatch.o \
	lib/vmstate.o \

HDR = \
	lib/addr.h \
	lib/args.h \
	lib/audit.h \
	lib/beside.h \
	lib/canary.h \
	lib/child.h \
	lib/cidr.h \
	lib/claim.h \
	lib/containers.h \
	lib/context.h \
	lib/differ.h \
	lib/docker.h \
	lib/egress.h \
	lib/endpoint.h \
	lib/ensure.h \
	lib/error.h \
	lib/field.h \
	lib/held.h \
	lib/input.h \
	lib/io.h \
	lib/launch.h \
	lib/listen.h \
	lib/lo.h \
	lib/machine.h \
	lib/mem.h \
	lib/members.h \
	lib/noproxy.h \
	lib/owner.h \
	lib/persist.h \
	lib/pick.h \
	lib/plan.h \
	lib/policy.h \
	lib/pool.h \
	lib/ports.h \
	lib/privilege.h \
	lib/proc.h \
	lib/record.h \
	lib/rules.h \
	lib/sha256.h \
	lib/skim.h \
	lib/sort.h \
	lib/text.h \
	lib/vmdb.h \
	lib/vmdir.h \
	lib/vmedit.h \
	lib/vmfile.h \
	lib/vmlist.h \
	lib/vmpatch.h \
	lib/vmstate.h \

TOOLS = \
	bin/loalias-audit \
	bin/loalias-canary \
	bin/loalias-ensure \
	bin/loalias-pick \
	bin/noproxy-add \
	bin/smolvm-allowpatch \

SCRIPTS = \
	bin/bottle-launch \
	bin/bottle-prove \
	bin/smolvm-aliasroute \

MAN1 = \
	man/bottle-launch.1 \
	man/bottle-prove.1 \
	man/loalias-audit.1 \
	man/loalias-canary.1 \
	man/loalias-ensure.1 \
	man/loalias-pick.1 \
	man/noproxy-add.1 \
	man/smolvm-aliasroute.1 \
	man/smolvm-allowpatch.1 \

MAN7 = \
	man/bottle-tools.7 \

UNIT = \
	tests/unit_addr \
	tests/unit_containers \
	tests/unit_listen \
	tests/unit_noproxy \
	tests/unit_plan \
	tests/unit_record \
	tests/unit_sha256 \
	tests/unit_skim \
	tests/unit_vmdir \
	tests/unit_vmedit \

FUZZ = \
	tests/fuzz_addr \
	tests/fuzz_allowpatch \
	tests/fuzz_containers \
	tests/fuzz_endpoint \
	tests/fuzz_noproxy \
	tests/fuzz_record \

FUZZ_CC ?= clang
FUZZ_SECONDS ?= 300

all: $(TOOLS)

.SUFFIXES: .c .o
.c.o:
	$(CC) $(ALL_CPPFLAGS) $(CPPFLAGS) $(ALL_CFLAGS) $(CFLAGS) -c -o $@ $<

$(OBJ) $(TOOLS:=.o) $(UNIT:=.o) $(FUZZ:=.o) tests/replay.o: $(HDR)
$(UNIT:=.o) $(FUZZ:=.o) tests/replay.o: tests/fuzz.h tests/scratch.h

$(LIB): $(OBJ)
	rm -f $@
	ar rc $@ $(OBJ)

# One rule a tool: it shows which libraries the tool needs.
bin/loalias-audit: bin/loalias-audit.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB) $(JQ_LIBS) $(CURL_LIBS)

bin/loalias-canary: bin/loalias-canary.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB)

bin/loalias-ensure: bin/loalias-ensure.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB) $(JQ_LIBS)

bin/noproxy-add: bin/noproxy-add.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB) $(JQ_LIBS)

bin/loalias-pick: bin/loalias-pick.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB) $(JQ_LIBS) $(CURL_LIBS)

bin/smolvm-allowpatch: bin/smolvm-allowpatch.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB) $(SQLITE_LIBS) $(JQ_LIBS)

$(UNIT): $(UNIT:=.o) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB) -lcmocka $(JQ_LIBS) \
	    $(SQLITE_LIBS) $(CURL_LIBS)

# The same targets for make check, without libFuzzer.
$(FUZZ): $(FUZZ:=.o) tests/replay.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $@.o tests/replay.o $(LIB) $(JQ_LIBS) \
	    $(SQLITE_LIBS) $(CURL_LIBS)

deps:
	@tests/deps

check: deps
	@$(MAKE) all $(UNIT) $(FUZZ)
	@tests/run

demo: deps
	@$(MAKE) all
	@tests/vm/demo

lint:
	@tests/lint
	@tests/cross $(OUR_CPPFLAGS) $(ALL_CFLAGS) -Werror

fuzz:
	@LIBS="$(JQ_LIBS) $(SQLITE_LIBS) $(CURL_LIBS)" \
	    SECONDS_EACH="$(FUZZ_SECONDS)" tests/fuzz \
	    $(FUZZ_CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -- $(FUZZ)

coverage:
	@tests/coverage

bench: all
	@CC="$(CC)" JQ_LIBS="$(JQ_LIBS)" tests/bench

install: all
	mkdir -p "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(MANDIR)/man1" \
	    "$(DESTDIR)$(MANDIR)/man7"
	$(INSTALL) -m 755 $(TOOLS) $(SCRIPTS) "$(DESTDIR)$(BINDIR)"
	$(INSTALL) -m 644 bin/bottle-guest bin/bottle-parts bin/bottle-sh \
	    "$(DESTDIR)$(BINDIR)"
	$(INSTALL) -m 644 $(MAN1) "$(DESTDIR)$(MANDIR)/man1"
	$(INSTALL) -m 644 $(MAN7) "$(DESTDIR)$(MANDIR)/man7"

uninstall:
	cd "$(DESTDIR)$(BINDIR)" && rm -f $(TOOLS:bin/%=%) \
	    $(SCRIPTS:bin/%=%) bottle-guest bottle-parts bottle-sh
	cd "$(DESTDIR)$(MANDIR)/man1" && rm -f $(MAN1:man/%=%)
	cd "$(DESTDIR)$(MANDIR)/man7" && rm -f $(MAN7:man/%=%)

# What is committed, the same bytes every time: git's tar has the commit's time.
dist:
	git archive --format=tar --prefix=bottle-tools-$(VERSION)/ HEAD | \
	    gzip -n9 >bottle-tools-$(VERSION).tar.gz

clean:
	rm -f $(LIB) bin/*.o lib/*.o tests/*.o $(TOOLS) $(UNIT) $(FUZZ)
	rm -rf build

.PHONY: all bench check clean coverage demo deps dist fuzz install lint uninstall
