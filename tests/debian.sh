# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# Shared by bundle/image, vm/image and vm/qemu, which make things of this host's
# Debian. They have set $tmp, and die().

# sources TYPE: write the Debian archives that this host's apt is set up to use
# to $tmp/sources, as lines of TYPE, deb or deb-src: no archive is named here.
sources() {
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format \
	    "$1"' $(REPO_URI) $(RELEASE) $(COMPONENT)|$(ORIGIN)' \
	    'Created-By: Packages' | sed -n 's/|Debian$//p' | sort -u \
	    >"$tmp/sources"
	[ -s "$tmp/sources" ] || die "apt knows no Debian archive"
}

# debian FORMAT TO [option ...]: make the host's release in TO, a new folder or
# archive. mmdebstrap has apt's hooks write to the next free descriptor, and dash,
# which runs them, knows none above 9.
debian() {
	format=$1 to=$2
	shift 2
	sources deb
	mmdebstrap -q --variant=minbase "--format=$format" "$@" \
	    --dpkgopt='path-exclude=/usr/share/doc/*' \
	    --dpkgopt='path-exclude=/usr/share/man/*' \
	    --dpkgopt='path-exclude=/usr/share/locale/*' \
	    "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$to" \
	    "$tmp/sources" >"$tmp/log" 2>&1 \
	    3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- ||
	    die "mmdebstrap: $(tail -n 1 "$tmp/log")"
}

# digest: of standard input, as part of a file's name.
digest() {
	sha256sum | cut -c 1-16
}

# folder_tar FOLDER: print it as an archive, the same bytes every time.
folder_tar() {
	tar -C "$1" -c --sort=name --mtime=@0 --owner=0 --group=0 \
	    --numeric-owner .
}
