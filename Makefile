# SPDX-License-Identifier: ISC
# For GNU make 3.81 and later and for bmake: no conditionals, no $(shell), no
# $<.  Settings may be kept in config.mk.

VERSION = 0.2.0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/bottle-tools
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
	`for l in libjq sqlite3 libcurl; do \
	    $(PKG_CONFIG) --cflags $$l 2>/dev/null; done`

-include config.mk

# A folder of lib/ is an archive.  A tool links those that it needs, each before
# the ones that it uses.
BASE = lib/base.a
NET = lib/net.a $(BASE)
DOCKER = lib/docker.a $(NET)
SMOLVM = lib/smolvm.a $(NET)
LOOPBACK = lib/loopback.a $(NET)
NOPROXY = lib/noproxy.a $(NET)
ALIAS = lib/alias.a $(DOCKER)
LIB = lib/alias.a lib/noproxy.a lib/loopback.a lib/smolvm.a $(DOCKER)

TOOLS = \
	bin/bottle-ls \
	bin/bottle-prove \
	bin/bottle-step \
	bin/loalias-audit \
	bin/loalias-canary \
	bin/loalias-ensure \
	bin/loalias-pick \
	bin/noproxy-add \
	bin/smolvm-aliasroute \
	bin/smolvm-allowpatch \

SCRIPTS = \
	bin/bottle-launch \
	bin/bottle-rm \
	bin/bottle-watch \

MAN1 = \
	man/bottle-launch.1 \
	man/bottle-ls.1 \
	man/bottle-prove.1 \
	man/bottle-rm.1 \
	man/bottle-step.1 \
	man/bottle-watch.1 \
	man/loalias-audit.1 \
	man/loalias-canary.1 \
	man/loalias-ensure.1 \
	man/loalias-pick.1 \
	man/noproxy-add.1 \
	man/smolvm-aliasroute.1 \
	man/smolvm-allowpatch.1 \

MAN7 = \
	man/bottle-bundle.7 \
	man/bottle-tools.7 \

# An example: programs, and what they read.
BUNDLE_BIN = \
	man/examples/bundle/health \
	man/examples/bundle/mcp \
	man/examples/bundle/start \

BUNDLE = \
	man/examples/bundle/Dockerfile \
	man/examples/bundle/hosts \
	man/examples/bundle/private \
	man/examples/bundle/squid.conf \

UNIT = \
	tests/unit_addr \
	tests/unit_containers \
	tests/unit_listen \
	tests/unit_noproxy \
	tests/unit_sudo \
	tests/unit_base \
	tests/unit_json \
	tests/unit_sha256 \
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

COMPILE = $(CC) $(ALL_CPPFLAGS) $(CPPFLAGS) $(ALL_CFLAGS) $(CFLAGS)

all: $(TOOLS)

# All of a folder at once: no list of files has to be kept.
ARCHIVE = @rm -f $@ $(@:.a=)/*.o; for c in $(@:.a=)/*.c; do \
	    set -- $(COMPILE) -c -o "$${c%.c}.o" "$$c"; \
	    echo "$$@"; "$$@" || exit; \
	done; ar rc $@ $(@:.a=)/*.o

lib/base.a: lib/base/*.c lib/base/*.h Makefile
	$(ARCHIVE)
lib/net.a: lib/net/*.c lib/net/*.h lib/base/*.h
	$(ARCHIVE)
lib/docker.a: lib/docker/*.c lib/docker/*.h lib/net/*.h lib/base/*.h
	$(ARCHIVE)
lib/smolvm.a: lib/smolvm/guest_sh.h lib/smolvm/*.c lib/smolvm/*.h \
    lib/net/*.h lib/base/*.h
	$(ARCHIVE)
# The script as an array of bytes: C compilers need not take so long a string.
lib/smolvm/guest_sh.h: lib/smolvm/guest.sh
	@{ echo 'static const char guest_sh[] = {'; \
	    sed '/^[[:blank:]]*#/d' lib/smolvm/guest.sh | \
	    od -An -v -tu1 | sed 's/[0-9][0-9]*/&,/g'; echo '0 };'; } >$@
lib/loopback.a: lib/loopback/*.c lib/loopback/*.h lib/net/*.h lib/base/*.h
	$(ARCHIVE)
lib/noproxy.a: lib/noproxy/*.c lib/noproxy/*.h lib/net/*.h lib/base/*.h
	$(ARCHIVE)
lib/alias.a: lib/alias/*.c lib/alias/*.h lib/docker/*.h lib/net/*.h lib/base/*.h
	$(ARCHIVE)

# One rule a tool: it shows which libraries the tool needs.
bin/bottle-ls: bin/bottle-ls.c $(SMOLVM) $(DOCKER)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c lib/smolvm.a $(DOCKER) $(SQLITE_LIBS) \
	    $(JQ_LIBS) $(CURL_LIBS)

bin/bottle-step: bin/bottle-step.c $(BASE)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(BASE)

bin/loalias-audit: bin/loalias-audit.c $(ALIAS)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(ALIAS) $(JQ_LIBS) $(CURL_LIBS)

bin/loalias-canary: bin/loalias-canary.c $(NET)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(NET)

bin/loalias-ensure: bin/loalias-ensure.c $(LOOPBACK)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(LOOPBACK) $(JQ_LIBS)

bin/noproxy-add: bin/noproxy-add.c $(NOPROXY)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(NOPROXY) $(JQ_LIBS)

bin/loalias-pick: bin/loalias-pick.c $(ALIAS)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(ALIAS) $(JQ_LIBS) $(CURL_LIBS)

bin/bottle-prove: bin/bottle-prove.c $(SMOLVM)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(SMOLVM) $(JQ_LIBS)

bin/smolvm-aliasroute: bin/smolvm-aliasroute.c $(SMOLVM)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(SMOLVM) $(JQ_LIBS)

bin/smolvm-allowpatch: bin/smolvm-allowpatch.c $(SMOLVM)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(SMOLVM) $(SQLITE_LIBS) $(JQ_LIBS)

$(UNIT): $(UNIT:=.c) tests/scratch.h $(LIB)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c $(LIB) -lcmocka $(JQ_LIBS) \
	    $(SQLITE_LIBS) $(CURL_LIBS)

# The same targets for make check-all, without libFuzzer.
$(FUZZ): $(FUZZ:=.c) tests/replay.c tests/fuzz.h tests/scratch.h $(LIB)
	$(COMPILE) $(LDFLAGS) -o $@ $@.c tests/replay.c $(LIB) $(JQ_LIBS) \
	    $(SQLITE_LIBS) $(CURL_LIBS)

deps:
	@tests/deps build

SETS = check

check:
	@tests/deps build $(SETS)
	@$(MAKE) all $(UNIT)
	@tests/run $(SETS)

# Real engines, in a virtual machine that is built once, and what takes long.
check-vm:
	@tests/deps build check vm
	@$(MAKE) check SETS="vm long"

check-all:
	@tests/deps build all
	@$(MAKE) all $(FUZZ)
	@$(MAKE) check SETS="vm long check all"
	@tests/coverage

demo:
	@ENGINE="$(ENGINE)" tests/vm/demo

lint: lib/smolvm/guest_sh.h
	@tests/lint
	@tests/cross $(OUR_CPPFLAGS) $(ALL_CFLAGS) -Werror

fuzz: lib/smolvm/guest_sh.h
	@LIBS="$(JQ_LIBS) $(SQLITE_LIBS) $(CURL_LIBS)" \
	    SECONDS_EACH="$(FUZZ_SECONDS)" tests/fuzz \
	    $(FUZZ_CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -- $(FUZZ)

coverage:
	@tests/coverage

bench: all
	@CC="$(CC)" JQ_LIBS="$(JQ_LIBS)" tests/bench

# sh expands ~ in no word of make's.
absolute:
	@for dir in "$(PREFIX)" "$(BINDIR)" "$(MANDIR)" "$(DOCDIR)"; do \
	    case $$dir in \
	    /*) ;; \
	    *) echo "make: $$dir: does not begin with /" >&2; exit 2 ;; \
	    esac; \
	done

install: absolute all
	mkdir -p "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(MANDIR)/man1" \
	    "$(DESTDIR)$(MANDIR)/man7"
	$(INSTALL) -m 755 $(TOOLS) $(SCRIPTS) "$(DESTDIR)$(BINDIR)"
	$(INSTALL) -m 644 $(MAN1) "$(DESTDIR)$(MANDIR)/man1"
	$(INSTALL) -m 644 $(MAN7) "$(DESTDIR)$(MANDIR)/man7"
	mkdir -p "$(DESTDIR)$(DOCDIR)/examples/bundle/hooks"
	$(INSTALL) -m 755 $(BUNDLE_BIN) "$(DESTDIR)$(DOCDIR)/examples/bundle"
	$(INSTALL) -m 644 $(BUNDLE) "$(DESTDIR)$(DOCDIR)/examples/bundle"
	$(INSTALL) -m 755 man/examples/bundle/hooks/pre-receive \
	    "$(DESTDIR)$(DOCDIR)/examples/bundle/hooks"

uninstall: absolute
	cd "$(DESTDIR)$(BINDIR)" && rm -f $(TOOLS:bin/%=%) \
	    $(SCRIPTS:bin/%=%)
	cd "$(DESTDIR)$(MANDIR)/man1" && rm -f $(MAN1:man/%=%)
	cd "$(DESTDIR)$(MANDIR)/man7" && rm -f $(MAN7:man/%=%)
	cd "$(DESTDIR)$(DOCDIR)/examples" && \
	    rm -f $(BUNDLE_BIN:man/examples/%=%) $(BUNDLE:man/examples/%=%) \
	    bundle/hooks/pre-receive && \
	    rmdir bundle/hooks bundle && cd .. && rmdir examples && \
	    cd .. && rmdir "$(DESTDIR)$(DOCDIR)"

# What is committed, the same bytes every time: git's tar has the commit's time.
dist:
	git archive --format=tar --prefix=bottle-tools-$(VERSION)/ HEAD | \
	    gzip -n9 >bottle-tools-$(VERSION).tar.gz

clean:
	rm -f lib/*.a lib/*/*.o lib/smolvm/guest_sh.h $(TOOLS) $(UNIT) $(FUZZ)
	rm -rf build

.PHONY: absolute all bench check check-all check-vm clean coverage demo deps dist fuzz install lint uninstall
