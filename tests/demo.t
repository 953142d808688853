#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# make demo where machines start: natively in the test guest, whose user has two
# bottles and another version of smolvm.

load lib.sh
load vm.sh

setup_file() {
	tables 1.7.7 native
}

@test "the demo runs natively, beside its user's bottles, smolvm and Docker" {
	row 1.7.7 demo-how - - \
	    'Two bottles with smolvm 1.32.2, in a home of their own.'
	seen 1.7.7 demo-table
	cut -f 3 observed | tr ';' '\n' | sed 's/^[0-9:TZ-]* *connect/connect/' \
	    >said
	# A line ends the table, and row() the line.
	cat >expected <<-'END'
	from inside the VM                         flag only          bottle
	the list it was launched with              ["127.0.0.18/32"]  ["127.0.0.18/32"]
	a service of the host, on 127.0.0.1        closed             closed
	the same, on the gateway                   closed             closed
	another bottle, routed out by root         closed             closed
	its own bundle, port 3000                  reached            reached
	its own bundle, port 3128                  reached            reached
	another service of the host, on ALIAS      reached            closed
	a second bottle has                        -                  127.0.0.19
	it reaches its own bundle                  -                  reached
	it reaches the first one                   -                  closed
	after bottle-rm: the next free alias       -                  127.0.0.18

	a denied try, as smolvm logs it:
	connect   127.0.0.19:3000
	status 0

	END
	check -o file:expected -- cat said
	row 1.7.7 demo-left - - ''
}
