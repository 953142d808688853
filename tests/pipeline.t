#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A launch as the pages show it, in one command and by hand.  The
# Docker Engine, the bundle's git gate and smolvm's record are real, the machine
# a fake: see bottle-launch.t.

load lib.sh
load bottle.sh

# by_hand: smolvm is found by its name, and examples run where Docker is.
by_hand() {
	mkdir path
	wrap path/smolvm "$TESTS/fake_smolvm"
	PATH=$PWD/path:$PATH
	unset SMOLVM
	EXAMPLE_SH="$TESTS/dockerd in $ENGINE sh"
}

# prepared: by_hand, with a bundle and a pack, which are made once.
prepared() {
	local pack=$BATS_FILE_TMPDIR/agent.smolmachine

	by_hand
	guest_has sh true ip nc cat head wc grep timeout curl git
	the_agent >"$FAKE/bin/agent"
	chmod +x "$FAKE/bin/agent"
	if [ ! -e "$pack" ]; then
		smolvm create --name src --net
		smolvm start --name src
		smolvm stop --name src
		SMOLVM_LIB_DIR=$RELEASE/smol "$RELEASE/smol/smolvm" pack create \
			--from-vm src --lib-dir "$RELEASE/smol" \
			-o "${pack%.*}" >/dev/null 2>&1
		smolvm delete --name src -f
		the_bundle
	fi
	ln -s "$pack" .
}

# What the agent does: it asks through the proxy, the MCP server without it,
# and the git gate.
the_agent() {
	cat <<-'END'
	#!/bin/sh
	curl -s -o /dev/null -w 'proxy %{http_connect}\n' https://example.com/
	curl -s "$MCP_URL"
	host=${MCP_URL#http://}
	git ls-remote "git://${host%%:*}/agent/work" HEAD
	END
}

# answers: its output.
answers() {
	printf 'proxy 200\nmcp\n%s\tHEAD\n' "$(cat "$BATS_FILE_TMPDIR/commit")"
}

# the_bundle: the image bundle:1, with a real git in it, and stand-ins for the
# proxy and the MCP server that answer, and no more.
the_bundle() {
	local exec file image=$PWD/image repo

	exec=$(git --exec-path)
	cp -a "$ENGINE/image" "$image"
	for file in "$exec/git" "$exec/git-daemon" \
	    $(ldd "$exec/git" "$exec/git-daemon" | grep -o '/[^ :)]*'); do
		mkdir -p "$image${file%/*}"
		cp -L "$file" "$image$file"
	done
	cat >"$image/start" <<-'END'
	#!/bin/sh
	nc -ll -p 3128 -e /bin/proxied &
	git daemon --export-all --base-path=/srv/git &
	exec httpd -f -p 3000 -h /www
	END
	cat >"$image/bin/proxied" <<-'END'
	#!/bin/sh
	read -r request
	while read -r line && [ ${#line} -gt 1 ]; do :; done
	printf 'HTTP/1.0 200 OK\r\n\r\n'
	END
	chmod +x "$image/start" "$image"/bin/*
	mkdir "$image/www"
	echo mcp >"$image/www/mcp"
	repo=$image/srv/git/agent/work.git
	git init -q --bare "$repo"
	git -c user.name=a -c user.email=a@example.com --git-dir "$repo" \
		commit-tree -m work "$(git --git-dir "$repo" mktree </dev/null)" \
		>"$BATS_FILE_TMPDIR/commit"
	git --git-dir "$repo" update-ref HEAD "$(cat "$BATS_FILE_TMPDIR/commit")"
	tar -C "$image" -c . | inside docker import -c 'CMD ["/start"]' \
		-c "ENV PATH=/bin:$exec" - bundle:1 >/dev/null
}

@test "README: from nothing to a running agent, and to nothing again" {
	prepared
	EXAMPLE_SH="$EXAMPLE_SH -e"
	example -e 'match:(bottle-launch: dev: [^:]+ s\)
?)+' -o "match:dev	127.0.0.16	running	running	.*
$(answers)
dev	127.0.0.16	running	running	.*" <<-'END'
		bottle-launch -f agent.smolmachine -i bundle:1 -x http://{}:3128 \
		    -p 3128 -p 9418 -p 3000 \
		    -e HTTPS_PROXY=http://{}:3128 -e https_proxy=http://{}:3128 \
		    -e MCP_URL=http://{}:3000/mcp dev
		smolvm machine exec --name dev -- agent
		bottle-ls
	END
	inside docker stop -t 0 dev-bundle
	example -s 2 -e 'match:bottle-watch: dev: does not run.*' <<-'END'
		bottle-watch dev
	END
	example -e 'match:.+' -o 'match:dev	127.0.0.16	running	running	.*' \
		<<-'END'
		bottle-launch dev
	END
	{ until_true 60 grep -qs '	proved	' .out &&
		inside docker stop -t 0 dev-bundle; } &
	example -e ignore -o 'match:.*	proved	.*
(.*
)*.*	container	exited
(.*
)*.*Stopped.*' <<-'END'
		bottle-watch dev || smolvm machine stop --name dev
	END
	wait
	example -e ignore <<-'END'
		bottle-rm dev
	END
	nothing_left
}

@test "the record of a launch" {
	prepared
	inside bottle-launch -qj -f agent.smolmachine -i bundle:1 \
		-p 3128 -p 9418 -p 3000 dev >dev.json
	check -o '["added","alias","allowed_cidrs","allowed_ports","beside_ip","bundle","dns","engine","env","interface","machine","owner","pool","ports","ports_enforced","previous","process","proved_at","route","verified"]' \
		-i file:dev.json -- jq -c keys
	check -o '{"alias":"127.0.0.16","machine":"dev","bundle":"dev-bundle","allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","allowed_ports":["3000/tcp","3128/tcp","9418/tcp"],"ports_enforced":true}' \
		-i file:dev.json -- jq -c '{alias, machine, bundle, allowed_cidrs,
		dns, allowed_ports: (.allowed_ports | sort), ports_enforced}'
	check -o ignore -i file:dev.json -- inside bottle-prove -s -
	inside bottle-rm -q dev
	nothing_left
}

# audited [ALIAS]: the output of loalias-audit without a foreign listener.
audited() {
	local alias=${1:-127.0.0.16} port

	for port in 3000 3128 9418; do
		printf '%s\t%s/tcp\t%s\tcontainer dev-bundle %s\n' \
			"$alias" "$port" "$alias" "$port"
	done
}

# proved ALIAS PORT...: the output of a successful bottle-prove, as a pattern.
proved() {
	local alias=$1 port

	shift
	for port; do
		printf 'reached	%s:%s/tcp\n' "$alias" "$port"
	done
	printf '(closed	[^\t]+\n)+closed	dns'
}

@test "bottle-tools.7: a launch by hand, in one shell" {
	prepared
	EXAMPLE_SH="$EXAMPLE_SH -e"
	# Another machine has an alias on its list, after another network.
	smolvm create --name web --net --allow-cidr 10.0.0.0/8 \
		--allow-cidr 127.0.0.16/32
	example -e ignore -o "match:[0-9a-f]{64}
dev-bundle
$(audited 127.0.0.17)
.*127.0.0.17/32
127.0.0.17	100.96.0.1	eth0
$(proved 127.0.0.17 3128 9418 3000)
$(answers)" <<-'END'
		held=$(smolvm-allowpatch -l | cut -f 3 | tr , '\n' |
		    sed -n '/^127\./p')
		loalias-ensure | loalias-pick -x "$held" - -- docker create \
		    --name dev-bundle --label bottle=dev \
		    -p {}:3128:3128 -p {}:9418:9418 -p {}:3000:3000 bundle:1
		docker start dev-bundle
		alias=$(docker port dev-bundle 3000/tcp | cut -d : -f 1)
		loalias-audit -b -o dev-bundle "$alias"
		eval "$(no_proxy= NO_PROXY=localhost,127.0.0.1 \
		    noproxy-add -e "$alias")"
		smolvm machine create --name dev --from agent.smolmachine --net \
		    --allow-cidr "$alias/32" -e BOTTLE=dev \
		    -e "NO_PROXY=$NO_PROXY" -e "no_proxy=$no_proxy" \
		    -e "HTTP_PROXY=http://$alias:3128" \
		    -e "http_proxy=http://$alias:3128" \
		    -e "HTTPS_PROXY=http://$alias:3128" \
		    -e "https_proxy=http://$alias:3128" \
		    -e "MCP_URL=http://$alias:3000/mcp"
		smolvm-allowpatch -D 255.255.255.255 -p 3128 -p 9418 -p 3000 \
		    dev "$alias"
		smolvm machine start --name dev
		smolvm-allowpatch -c -D 255.255.255.255 -p 3128 -p 9418 -p 3000 \
		    dev "$alias"
		smolvm-aliasroute dev "$alias"
		bottle-prove -p 3128 -p 9418 -p 3000 dev "$alias"
		smolvm machine exec --name dev -- agent
	END
	# It is a bottle like any other.
	check -o 'dev	127.0.0.17	running	running	3000/tcp,3128/tcp,9418/tcp	-' \
		-- inside bottle-ls
	example -o ignore -e ignore <<-'END'
		smolvm machine stop --name dev
		smolvm machine delete --name dev -f
		docker rm -f dev-bundle
	END
	smolvm delete --name web -f
	nothing_left
}

@test "bottle-tools.7: the record flows through one pipe" {
	by_hand
	smolvm create --name dev --net
	export NO_PROXY=localhost
	example -e ignore -o '{"interface":"lo","pool":["127.0.0.16","127.0.0.17","127.0.0.18","127.0.0.19","127.0.0.20","127.0.0.21","127.0.0.22","127.0.0.23","127.0.0.24","127.0.0.25","127.0.0.26","127.0.0.27","127.0.0.28","127.0.0.29","127.0.0.30","127.0.0.31"],"added":[],"alias":"127.0.0.16","owner":"dev-bundle","machine":"dev","allowed_cidrs":["127.0.0.16/32"],"dns":"255.255.255.255","allowed_ports":["3000/tcp"],"previous":{"allowed_cidrs":null,"dns":null,"egress_rules":null},"env":{"NO_PROXY":"localhost,127.0.0.16","no_proxy":"localhost,127.0.0.16"}}' <<-'END'
		loalias-ensure -j | loalias-pick -j -o dev-bundle - |
		    smolvm-allowpatch -j -n -D 255.255.255.255 -p 3000 dev - |
		    noproxy-add -j -
	END
	# Nothing was changed; the status says that something would be.
	[ "$(row dev .allowed_cidrs)" = null ]
	check -s 1 -o ignore -e ignore -- inside sh -c 'echo "{\"alias\":\"127.0.0.16\"}" |
		smolvm-allowpatch -j -n -D 255.255.255.255 -p 3000 dev -'
	smolvm delete --name dev -f
	# a stage that fails fails the pipe, whatever the shell
	check -s 2 -e 'match:.*no such machine.*
noproxy-add: <stdin>: .*empty.*' -- inside sh -c 'loalias-ensure -j |
		loalias-pick -j - | smolvm-allowpatch -j dev - | noproxy-add -j -'
}
