#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Hostile input, for all tools: one clear line on standard error, status 2,
# empty standard output, nothing changed.

load lib.sh

# Every command that reads standard input: lists and records, then documents,
# which are JSON only.  @ is a database.
readers() {
	cat <<-'END'
	loalias-ensure -n -
	loalias-ensure -j -n -
	loalias-pick -f none.json -
	loalias-pick -f none.json -x - 127.0.9.9
	smolvm-allowpatch -n -f @ net -
	smolvm-allowpatch -j -n -f @ net -
	noproxy-add -
	noproxy-add -j -
	noproxy-add - -- echo never
	loalias-audit -f none.json -
	loalias-pick -f - 127.0.0.16
	loalias-audit -f - 127.0.0.16
	bottle-prove -
	END
}

# trouble COMMAND: the status of a failure, which a tool that runs a command
# keeps apart from the command's.
trouble() {
	case $1 in
	*' -- '*) echo 125 ;;
	*) echo 2 ;;
	esac
}

# one_line TOOL: standard error has one line of the tool, safe on a terminal
one_line() {
	local line

	# to the end of the file, or to a NUL byte
	! IFS= read -r -d '' line <"$BATS_TEST_TMPDIR/.err" || return 1
	[[ $line == "$1"*$'\n' ]] && line=${line%$'\n'} &&
		[[ ! $line =~ [^\ -~] ]] && [ "${#line}" -lt 1024 ]
}

# refuse 'COMMAND WORD ...': with standard input from the file input
refuse() {
	local bad=0

	untraced
	refused "$1" || bad=1
	traced
	return "$bad"
}

refused() {
	local tool=${1%% *}

	# shellcheck disable=SC2086 # words
	check -s "$(trouble "$1")" -i file:input -e ignore -- ${1//@/$DB} ||
		return 1
	one_line "$tool" || {
		echo "not one line: $1 <$case"
		cat -v "$BATS_TEST_TMPDIR/.err"
		return 1
	}
	[ "$(cksum "$DB" none.json)" = "$BEFORE" ] || {
		echo "changed something: $1 <$case"
		return 1
	}
}

setup_file() {
	export DB=$BATS_FILE_TMPDIR/1.32.2.db
	cp "$BATS_TEST_DIRNAME/data/smolvm/1.32.2.db" "$DB"
}

begin() {
	echo '[]' >none.json
	BEFORE=$(cksum "$DB" none.json)
}

# Inputs by name; every reader refuses each of them.
cases() {
	cat <<-'END'
	nul              printf '127.0.0.16\0\n'
	nul_in_json      printf '{"alias":"127.0.0.16"}\0'
	not_utf8         printf '127.0.0.16\377\n'
	utf8_in_json     printf '{"alias":"127.0.0.16","x":"\300\200"}'
	surrogate        printf '{"alias":"127.0.0.16","x":"\\ud800"}'
	noise            head -c 4096 noise
	huge             head -c 68000000 /dev/zero | tr '\0' '1'
	huge_json        (printf '{"alias":"'; head -c 68000000 /dev/zero | tr '\0' 'a'; printf '"}')
	truncated        printf '{"alias":"127.0.0.16'
	truncated_array  printf '["127.0.0.16",'
	two_values       printf '{"alias":"127.0.0.16"}{"alias":"127.0.0.17"}'
	trailing         printf '{"alias":"127.0.0.16"} x'
	deep             deep
	twice            printf '{"alias":"127.0.0.16","alias":"127.0.0.16","pool":[],"pool":[]}'
	number           printf '{"alias":"127.0.0.16","x":9007199254740992}'
	array_of_numbers printf '[{},1]'
	array_of_null    printf '["127.0.0.16",null]'
	escaped          printf '["\\u001b[31m\\u0007"]'
	control          printf '\033[31m\007\n'
	word             printf 'not-an-address/99\n'
	long_word        head -c 100000 /dev/zero | tr '\0' '/'
	END
}

deep() {
	head -c 20000 /dev/zero | tr '\0' '['
	head -c 20000 /dev/zero | tr '\0' ']'
}

@test "standard input: every reader refuses every case" {
	begin
	python3 -c 'import random, sys
random.seed(1); sys.stdout.buffer.write(random.randbytes(4096))' >noise
	while read -r case make; do
		eval "$make" >input
		while read -r command; do
			refuse "$command" || bad="$bad $case"
		done < <(readers)
	done < <(cases)
	[ -z "${bad:-}" ] || { echo "bad:$bad"; return 1; }
}

@test "standard input: every reader takes good input" {
	begin
	readers | grep -v -e '-f - ' -e bottle-prove >lists
	readers | grep -e '-f - ' >documents
	while read -r command; do
		for good in '{"alias":"127.0.0.1","pool":["127.0.0.1"]}' \
			'127.0.0.1' '["127.0.0.1"]'; do
			case "$command $good" in *' -x '*' {'*) continue ;; esac
			answers "$command" "$good" || bad=1
		done
	done <lists
	while read -r command; do
		answers "$command" '[]' || bad=1
	done <documents
	[ -z "${bad:-}" ]
}

# answers 'COMMAND WORD ...' INPUT: the status is 0 or 1
answers() {
	# shellcheck disable=SC2086 # words
	check -i "$2" -o ignore -e ignore -- ${1//@/$DB} ||
		check -s 1 -i "$2" -o ignore -e ignore -- ${1//@/$DB}
}

@test "standard input: nothing at all is trouble, but for an empty -x" {
	begin
	for make in "printf ''" "printf '\n \n\t\r\n'" "printf '# only\n'" \
		"printf '[]'"; do
		eval "$make" >input
		case=$make
		while read -r command; do
			case "$command $make" in
			*' -x '* | *'-f - '*'[]'*) continue ;;
			esac
			refuse "$command" || bad=1
		done < <(readers)
		check -o 127.0.9.9 -i file:input -- \
			loalias-pick -f none.json -x - 127.0.9.9 || bad=1
	done
	[ -z "${bad:-}" ]
}

@test "standard input: closed, or a folder" {
	begin
	while read -r command; do
		tool=${command%% *}
		# shellcheck disable=SC2086 # words
		for from in '<&-' '</'; do
			check -s "$(trouble "$command")" -e ignore -- \
				sh -c "exec \"\$@\" $from" sh \
				${command//@/$DB} && one_line "$tool" || {
				echo "$from: $command"
				cat -v "$BATS_TEST_TMPDIR/.err"
				bad=1
			}
		done
	done < <(readers)
	[ -z "${bad:-}" ]
}

@test "- is accepted once, and alone" {
	begin
	echo 127.0.0.16 >input
	for command in 'loalias-ensure - -' 'loalias-ensure 127.0.0.16 -' \
		'loalias-ensure -d -' \
		'loalias-pick -f none.json - -' 'loalias-pick -f - -' \
		'loalias-pick -f - -x - 127.0.0.16' \
		'loalias-pick -f none.json -x - -' \
		'loalias-pick -f none.json 127.0.0.16 -' \
		'loalias-audit -f - -' 'loalias-audit -f none.json - -' \
		'smolvm-allowpatch -n -f @ net - -' \
		'smolvm-allowpatch -n -f @ net 127.0.0.16 -' \
		'noproxy-add - -' 'noproxy-add h -' 'noproxy-add - h'; do
		# shellcheck disable=SC2086 # words
		check -s 2 -i file:input -e ignore -- ${command//@/$DB} &&
			{ one_line "${command%% *}" ||
			grep -q '^usage: ' "$BATS_TEST_TMPDIR/.err"; } ||
			bad=1
	done
	[ -z "${bad:-}" ]
}

@test "operands and option arguments that are none" {
	begin
	: >input
	long=$(head -c 100000 /dev/zero | tr '\0' a)
	for word in '' ' ' 127.0.0.1600 127.0.0.016 127.16 ::g 127.0.0.1/33 \
		$'127.0.0.16\n' $'\e[31m' $'\xff' '*' "$long/" 127.0.0.16/-1; do
		for command in 'loalias-ensure -n' 'loalias-pick -f none.json' \
			'loalias-pick -f none.json -x 127.0.0.16 ' \
			'loalias-audit -f none.json' noproxy-add \
			"smolvm-allowpatch -n -f $DB net"; do
			# shellcheck disable=SC2086 # words
			check -s 2 -e ignore -- $command "$word" &&
				one_line "${command%% *}" || {
				echo "$command $(printf %q "${word:0:40}")"
				cat -v "$BATS_TEST_TMPDIR/.err"
				bad=1
			}
		done
	done
	[ -z "${bad:-}" ]
}

@test "files: missing, empty, a folder, cut off, not what they should be" {
	begin
	case=file
	: >input
	: >empty
	mkdir folder
	head -c 3000 "$TESTS/data/docker/engine-20.10-inspect.json" >cut.json
	head -c 3000 "$DB" >cut.db
	echo '{}' >object.json
	echo 'not json' >text
	for file in missing empty folder cut.json cut.db object.json text; do
		for command in "loalias-pick -f $file 127.0.0.16" \
			"loalias-audit -f $file 127.0.0.16" \
			"smolvm-allowpatch -f $file -l" \
			"smolvm-allowpatch -f $file net 127.0.0.16"; do
			refuse "$command" || bad=1
		done
	done
	[ -e empty ] && [ ! -s empty ] && [ ! -e missing ] && [ -z "${bad:-}" ]
}

# Commands that succeed and print something.
writers() {
	cat <<-'END'
	loalias-ensure -n 127.0.0.1
	loalias-ensure -j -n 127.0.0.1
	loalias-ensure -P sudoers
	loalias-pick -f none.json 127.0.0.1
	loalias-pick -a -f none.json 127.0.0.1
	loalias-pick -j -f none.json 127.0.0.1
	loalias-audit -j -f none.json 127.0.0.99
	loalias-canary -t 5 -- true
	smolvm-allowpatch -l -f @
	smolvm-allowpatch -l -j -f @
	smolvm-allowpatch -n -f @ net 127.0.0.16
	noproxy-add h
	noproxy-add -e h
	noproxy-add -j h
	END
	for tool in loalias-ensure loalias-pick loalias-audit loalias-canary \
		smolvm-allowpatch noproxy-add bottle-launch bottle-rm \
		bottle-watch; do
		printf '%s -h\n%s -V\n' "$tool" "$tool"
	done
}

@test "standard output: closed or full is trouble" {
	[ -e /dev/full ] || skip 'no /dev/full'
	begin
	while read -r command; do
		for to in '>&-' '>/dev/full'; do
			# shellcheck disable=SC2086 # words
			check -s 2 -e ignore -- sh -c "exec \"\$@\" $to" sh \
				${command//@/$DB} &&
				grep -q '^[a-z-]*: <stdout>: ' \
				"$BATS_TEST_TMPDIR/.err" || {
				echo "$to: $command"
				cat -v "$BATS_TEST_TMPDIR/.err"
				bad=1
			}
		done
	done < <(writers)
	[ -z "${bad:-}" ]
}

@test "standard output: a reader that is gone ends a tool quietly" {
	begin
	writers >list
	check -i "$(sed "s|@|$DB|" list)" -- python3 -c '
import os, signal, subprocess, sys
r, w = os.pipe()
os.close(r)
for command in sys.stdin:
    status = subprocess.call(command.split(), stdin=subprocess.DEVNULL,
                             stdout=w, stderr=subprocess.DEVNULL)
    if status != -signal.SIGPIPE:
        print(command, status)'
}

@test "standard error: closed changes no status" {
	begin
	check -s 2 -- sh -c 'exec noproxy-add "*" 2>&-'
	check -s 2 -- sh -c 'exec loalias-pick -f missing 127.0.0.16 2>&-'
	check -s 2 -- sh -c 'exec loalias-ensure nowhere 2>&-'
	check -s 2 -- sh -c 'exec smolvm-allowpatch -f missing -l 2>&-'
	check -s 2 -- sh -c 'exec loalias-audit -f missing 2>&-'
	check -s 2 -- sh -c 'exec loalias-canary 2>&-'
	check -o 127.0.0.1 -- sh -c \
		'exec loalias-pick -f none.json 127.0.0.1 <&- 2>&-'
}

@test "usage: unknown options, missing arguments, -- and nothing" {
	for tool in loalias-ensure loalias-pick loalias-audit loalias-canary \
		smolvm-allowpatch noproxy-add; do
		for option in -Z --nothing; do
			check -s 2 -e 'match:.*-h lists them.*' -- "$tool" "$option" ||
				bad=1
		done
	done
	for command in 'loalias-ensure -i' 'loalias-pick -f' 'loalias-pick -x' \
		'loalias-pick -o' 'loalias-pick -H' 'loalias-audit -f' \
		'loalias-canary -t' 'smolvm-allowpatch -f' \
		'smolvm-allowpatch -p' 'smolvm-allowpatch' noproxy-add \
		loalias-canary 'loalias-canary --' 'noproxy-add --' \
		smolvm-aliasroute bottle-launch bottle-prove; do
		# shellcheck disable=SC2086 # words
		check -s 2 -e match:.+ -- $command || bad=1
	done
	[ -z "${bad:-}" ]
}

@test "usage: an unknown option is quoted, and cut" {
	long=$(head -c 61 /dev/zero | tr '\0' a)
	for tool in loalias-ensure loalias-pick loalias-audit loalias-canary \
		smolvm-allowpatch noproxy-add; do
		check -s 2 -e "match:$tool: --\\\\x1b\\[31m\\\\x0a: unknown option .*" -- "$tool" $'--\e[31m\n' || bad=1
		check -s 2 -e "match:$tool: --${long}a\.\.\.: unknown option .*" -- "$tool" "--$long$long" || bad=1
		for word in -j- -j-help; do
			check -s 2 -e "match:$tool: --: unknown option, or .*" -- "$tool" "$word" || bad=1
		done
		check -s 2 -e "match:$tool: -\\\\xff: unknown option, or .*" -- "$tool" $'-\xff' || bad=1
	done
	[ -z "${bad:-}" ]
}

@test "options end at the first operand, on every system" {
	check -s 2 -e 'noproxy-add: not a host or address: -j' -- \
		noproxy-add h -j
	check -s 2 -e 'match:loalias-ensure: .*-n.*' -- \
		loalias-ensure 127.0.0.1 -n
	begin
	check -s 2 -e 'match:loalias-pick: .*-j.*' -- \
		loalias-pick -f none.json 127.0.0.16 -j
	POSIXLY_CORRECT=1 check -s 2 -e \
		'noproxy-add: not a host or address: -j' -- noproxy-add h -j
}

@test "the scripts: a long option, no home, a proxy that is none" {
	for tool in bottle-launch bottle-rm bottle-watch; do
		check -s 2 -e "$tool: --foo: unknown option (-h lists them)" \
			-- "$tool" --foo
		check -s 2 -e "$tool: dev: HOME is not set" -- \
			env -u HOME "$tool" dev
		check -s 2 -e "$tool: dev: HOME is not set" -- \
			env HOME= "$tool" dev
	done
	# bottle-prove would find this out late, and stop a bottle that runs
	for proxy in foo http://bundle:3128 'http://{}' 127.0.0.1 http://; do
		check -s 2 -e "bottle-launch: -x $proxy: invalid argument (-h shows the usage)" \
			-- bottle-launch -x "$proxy" dev
		check -s 2 -e "bottle-watch: -x $proxy: not http://ADDRESS:PORT" \
			-- bottle-watch -x "$proxy" dev
	done
	for tool in bottle-launch bottle-watch; do
		for proxy in 'http://{}:3128' 'http://[::1]:80/' '{}:3128'; do
			check -s 2 -e "$tool: Dev: not a slug (1 to 39 of a-z, 0-9 and -, not beginning with -)" \
				-- "$tool" -x "$proxy" Dev
		done
	done
}
