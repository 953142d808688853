#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The pages: well-formed, and in step with the code.

load lib.sh

MAN=$BATS_TEST_DIRNAME/../man

@test "mandoc finds nothing to say" {
	need 'no mandoc' command -v mandoc
	# A page of another package that is not installed is no fault.
	check -s 1 -- sh -c 'mandoc -T lint -W style "$@" 2>/dev/null |
		grep -v "STYLE: referenced manual not found"' sh "$MAN"/*.[0-9]
}

@test "every page has the sections it should have" {
	for page in "$MAN"/*.1; do
		for section in NAME SYNOPSIS DESCRIPTION EXAMPLES \
			'EXIT STATUS' 'SEE ALSO' AUTHORS; do
			grep -qx ".Sh $section" "$page" || {
				echo "$page: no $section"
				return 1
			}
		done
	done
}

@test "NAME is one line of less than 80 columns" {
	need 'no mandoc' command -v mandoc
	for page in "$MAN"/*.[17]; do
		check -o 'match:[^
]{1,79}' -- sh -c 'mandoc -T ascii -O width=200 "$1" | col -b |
			sed -n "/^NAME/,/^\$/p" | sed -n "s/^  *//p"' \
			sh "$page"
	done
}

@test "a page is short: its tool's reader has five minutes" {
	need 'no mandoc' command -v mandoc
	for page in "$MAN"/*.1; do
		case $page in
		*/smolvm-allowpatch.1) most=1200 ;;
		*) most=750 ;;
		esac
		words=$(mandoc -T ascii "$page" | col -b | wc -w)
		[ "$words" -le "$most" ] || {
			echo "${page##*/}: $words words"
			bad=1
		}
	done
	[ -z "${bad:-}" ]
}

@test "every tool has a page, and every page a tool" {
	for tool in "$TESTS"/../bin/*; do
		case $tool in
		*.c | *.o) continue ;;
		esac
		[ -f "$MAN/${tool##*/}.1" ] || {
			echo "no page: ${tool##*/}"
			return 1
		}
	done
	for page in "$MAN"/*.1; do
		tool=${page##*/}
		[ -x "$TESTS/../bin/${tool%.1}" ]
	done
}

@test "options: the code, the page and -h have the same" {
	check -- python3 "$TESTS/man.py" options
}

@test "every example of a page is run by a test" {
	check -- python3 "$TESTS/man.py" examples
}

@test "every example of the README is run by a test" {
	check -- python3 "$TESTS/man.py" readme
}

@test "the cross-references among our own pages lead somewhere" {
	for name in $(sed -n 's/^\.Xr \([a-z-]*\) [17].*/\1/p' "$MAN"/*.[17]); do
		case $name in
		loalias-* | smolvm-* | noproxy-* | bottle-*)
			set -- "$MAN/$name".[17]
			[ -f "$1" ] || { echo "no page: $name"; return 1; } ;;
		esac
	done
}
