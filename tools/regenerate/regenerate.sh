#!/bin/sh
# Runs the pipeline to its end whatever fails, and leaves title and body of a
# pull request in bin/. With "publish": opens or updates that pull request.
set -eu
branch=regenerate/openapi
mkdir -p bin

run() {
	echo "Regenerate from the vendor's document" >bin/title
	: >bin/failures.md
	for step in spec-sync spec-guard generate test spec-report; do
		if make --no-print-directory "$step" >bin/output 2>bin/errors; then
			echo "- [x] make $step"
		else
			echo "- [ ] make $step"
			echo "Needs a person: regenerate from the vendor's document" >bin/title
			{
				printf '\n## make %s\n\n````\n' "$step"
				cat bin/output bin/errors | tail -c 8000
				printf '\n````\n'
			} >>bin/failures.md
		fi
	done >bin/steps.md
	# The last step's output is the report.
	{
		cat bin/steps.md bin/failures.md
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
