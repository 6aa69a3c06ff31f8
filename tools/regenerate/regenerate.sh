#!/bin/sh
# Runs the pipeline to its end whatever fails, and leaves title and body of a
# pull request in bin/. With "publish": opens or updates that pull request.
set -eu
branch=regenerate/openapi
mkdir -p bin

run() {
	echo "Regenerate from the vendor's document" >bin/title
	: >bin/failures.md
	: >bin/names.md
	for step in spec-sync 'spec-guard FIX=1' generate test spec-report; do
		# Unquoted: FIX=1 is an argument of its own.
		if make --no-print-directory $step >bin/output 2>bin/errors; then
			echo "- [x] make $step"
		else
			echo "- [ ] make $step"
			echo "Needs a person: regenerate from the vendor's document" >bin/title
			# What spec-guard has said, generate says again: once is enough.
			sed 's/^generate: //' bin/output bin/errors | grep -vxFf bin/failures.md >bin/new || :
			{
				printf '\n## make %s\n\n````\n' "$step"
				tail -c 8000 bin/new
				printf '\n````\n'
			} >>bin/failures.md
		fi
		case $step in spec-guard*) cp bin/output bin/names.md ;; esac
	done >bin/steps.md
	# The last step's output is the report.
	{
		cat bin/steps.md
		if [ -s bin/failures.md ]; then
			printf '\nNeeds a person: each step without a check mark, which says below what to do.\n'
			cat bin/failures.md
		else
			printf '\nNeeds nothing but a review.\n'
		fi
		if [ -s bin/names.md ]; then
			printf '\n## Names chosen\n\nThey become API when this is merged. To change one, change its line in overlay.yaml and run make generate.\n\n'
			cat bin/names.md
		fi
		echo
		head -c 24000 bin/output
		echo
		echo "Checks start when this pull request is closed and opened again: GitHub starts none for a workflow's own token."
	} >bin/body.md
	cat bin/title bin/body.md
}

publish() {
	if [ -z "$(git status --porcelain)" ] && [ ! -s bin/failures.md ]; then
		echo "nothing changed"
		return
	fi
	gh auth setup-git
	git switch --quiet --force-create "$branch"
	git add --all
	# Empty when a step failed before anything changed: a person still has to know.
	git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
		commit --quiet --allow-empty --file=bin/title
	git push --quiet --force origin "$branch"
	number=$(gh pr list --head "$branch" --state open --json number --jq '.[].number')
	if [ -n "$number" ]; then
		gh pr edit "$number" --title "$(cat bin/title)" --body-file bin/body.md
	else
		gh pr create --head "$branch" --title "$(cat bin/title)" --body-file bin/body.md
	fi
}

"${1:-run}"
