# shellcheck shell=bash
# SPDX-License-Identifier: ISC
# Shared by the .t files; bats runs them with bash.

TESTS=$BATS_TEST_DIRNAME
# Files that are fetched or built once are kept here, in the real home.
: "${BOTTLE_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/bottle-tools}"
export TESTS BOTTLE_CACHE

# bats executes a trap before each command of a test, functions included, to know
# the line of a failure, which takes longer than most of these commands.  It is
# not executed between untraced and traced, the begin and the end of a function.
untraced() {
	[ -z "${TRACE:-}" ] || trap - DEBUG
	UNTRACED=$((${UNTRACED:-0} + 1))
}

traced() {
	UNTRACED=$((UNTRACED - 1))
	[ "$UNTRACED" -gt 0 ] || eval "${TRACE:-}"
}

# check [-s status] [-o stdout] [-e stderr] [-i stdin] -- command [argument ...]
#
# Run the command and compare its exit status, standard output and standard
# error, byte for byte, with the expected ones; the defaults are 0, nothing and
# nothing.  TEXT is one or more lines; a newline is added to the last.  The forms
# file:PATH, match:ERE (of the whole) and ignore may be used instead.
# Standard input is TEXT or file:PATH, else empty.
check() {
	local status=0 out='' err='' in=file:/dev/null got=0 bad=0 option
	local OPTIND=1

	untraced
	while getopts s:o:e:i: option; do
		case $option in
		s) status=$OPTARG ;;
		o) out=$OPTARG ;;
		e) err=$OPTARG ;;
		i) in=$OPTARG ;;
		*) return 1 ;;
		esac
	done
	shift $((OPTIND - 1))
	case $in in
	file:*) in=${in#file:} ;;
	*) printf '%s\n' "$in" >"$BATS_TEST_TMPDIR/.in"
		in=$BATS_TEST_TMPDIR/.in ;;
	esac
	"$@" <"$in" >"$BATS_TEST_TMPDIR/.out" 2>"$BATS_TEST_TMPDIR/.err" ||
		got=$?
	same stdout "$out" "$BATS_TEST_TMPDIR/.out" || bad=1
	same stderr "$err" "$BATS_TEST_TMPDIR/.err" || bad=1
	if [ "$got" != "$status" ]; then
		echo "status: $got, expected $status"
		bad=1
	fi
	[ "$bad" = 0 ] || echo "command: $*"
	traced
	return "$bad"
}

# example [check's options] <<-'END': run the lines on standard input, an example
# of a page, in a shell.  man.t searches the tests for them: every example of a
# page is run.  EXAMPLE_SH is the shell, if not sh.
example() {
	check "$@" -- ${EXAMPLE_SH:-sh} -c "$(cat)"
}

# same NAME EXPECTED FILE: does the file match EXPECTED, one of check's forms?
same() {
	local expected=$BATS_TEST_TMPDIR/.expected got

	case $2 in
	ignore) return 0 ;;
	match:*)
		[[ $(<"$3") =~ ^(${2#match:})$ ]] && return 0
		echo "$1: does not match ${2#match:}"
		cat "$3"
		return 1 ;;
	file:*) expected=${2#file:} ;;
	'')
		[ -s "$3" ] || return 0
		: >"$expected" ;;
	*)	# Most end here, without another process.
		IFS= read -r -d '' got <"$3" || [ "$got" != "$2"$'\n' ] ||
			return 0
		printf '%s\n' "$2" >"$expected" ;;
	esac
	cmp -s "$expected" "$3" && return 0
	echo "$1 (-expected, +got):"
	diff -u "$expected" "$3" | tail -n +3
	return 1
}

# need 'reason' command...: skip with the reason if the command fails.  If CI is
# set, fail instead.
need() {
	local reason=$1

	shift
	"$@" >/dev/null 2>"$BATS_TEST_TMPDIR/.why" && return 0
	if [ -n "${CI:-}" ]; then
		echo "this machine should have it: $reason"
		cat "$BATS_TEST_TMPDIR/.why"
		return 1
	fi
	skip "$reason"
}

# file_needs 'reason' command...: as need, for all tests of a file, from its
# setup_file, which must return then: bats cannot skip there.
file_needs() {
	local reason=$1

	shift
	"$@" >/dev/null 2>"$BATS_FILE_TMPDIR/.why" && return 0
	export MISSING="$reason: $(tail -n 1 "$BATS_FILE_TMPDIR/.why")"
	return 1
}

# inside command...: run it in a network namespace of its own.  With dockerd.sh it
# is an engine's.
inside() {
	unshare -rn sh -c 'ip link set lo up && exec "$@"' inside "$@"
}

# until_true SECONDS command...: wait for the command to succeed, no longer.
until_true() {
	local tries=$(($1 * 10)) bad=0

	shift
	untraced
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "never: $*"; bad=1; break; }
		sleep 0.1
	done
	traced
	return "$bad"
}

# Every test begins in an empty folder of its own, with a plain environment.
plain_setup() {
	TRACE=$(trap -p DEBUG)
	cd "$BATS_TEST_TMPDIR" || return 1
	export HOME=$BATS_TEST_TMPDIR
	export LC_ALL=C TZ=UTC
	unset LOALIAS_POOL LOALIAS_CLAIM_PORT SMOLVM SMOLVM_DATA_DIR \
		XDG_DATA_HOME XDG_CACHE_HOME NO_PROXY no_proxy HTTP_PROXY \
		http_proxy HTTPS_PROXY https_proxy ALL_PROXY all_proxy \
		DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG MAKEFLAGS MAKELEVEL
	[ -z "${MISSING:-}" ] || need "$MISSING" false
}

setup() {
	plain_setup
}
