#!/bin/sh
# Fails if "go generate ./..." in a copy of this tree, without its *.gen.* files,
# makes others than are here. The copy has what is not committed yet; what git
# keeps for it stays out of the repository.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree" "$work/objects"
repository=$(git rev-parse --absolute-git-dir)
objects=$(git rev-parse --path-format=absolute --git-path objects)
in_copy() {
	GIT_DIR=$repository GIT_INDEX_FILE=$work/index GIT_OBJECT_DIRECTORY=$work/objects \
		GIT_ALTERNATE_OBJECT_DIRECTORIES=$objects git --no-pager --work-tree=. "$@"
}
in_copy add --all
before=$(in_copy write-tree)
in_copy checkout-index --all --prefix="$work/tree/"
cd "$work/tree"
find . -name '*.gen.*' -delete
go generate ./...
in_copy add --all
in_copy diff --cached --exit-code --stat=100 --summary "$before" || {
	echo 'generated files are out of date: run make generate, remove what it does not make, and commit' >&2
	exit 1
}
