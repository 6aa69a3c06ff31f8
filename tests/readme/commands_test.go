package readme

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/umbrellatest"
)

// before is run ahead of a page's commands, which then work on the mock in an empty
// directory. Of go and make, what would install something, change the tree or run this
// test is held against the repository instead: packages are listed, targets looked up.
// "umbrella listen" ends once it serves.
const before = `
set -eu
if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi
trap 'for pid in $(jobs -p) ${UMBRELLA_MOCK_PID:-}; do kill "$pid" 2>/dev/null || true; done' EXIT

make() {
	for arg; do
		case $arg in *=*) ;; *) grep -q "^$arg:" "$ROOT/Makefile" "$ROOT/tools/tools.mk" ;; esac
	done
}
go() {
	local command=$1; shift
	case $command in
	get | install | test)
		case $* in
		*github.com/*) ;;
		*) (cd "$ROOT" && command go list "$@" >/dev/null) ;;
		esac ;;
	*) (cd "$ROOT" && command go "$command" "$@") ;;
	esac
}
umbrella() {
	case $1 in
	listen) # until it serves, at a port that is free
		command umbrella "$@" --addr 127.0.0.1:0 >listen.out 2>&1 &
		local pid=$!
		until grep -q '^receiving events' listen.out; do
			kill -0 $pid || { cat listen.out; return 1; }
			sleep 0.1
		done
		kill $pid ;;
	mock) exec umbrella "$@" ;; # in the background, where no shell may hold on to its output
	*) command umbrella "$@" ;;
	esac
}
`

// A page's blocks of language sh are one shell script. Blocks that only show what
// was typed or printed are of language text or console, and so are those of
// umbrella-batch, whose own tests run them.
func TestPages_CommandsRun(t *testing.T) {
	absolute, err := filepath.Abs(root)
	require.NoError(t, err)
	bin := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-C", root, "-o", bin, "./cmd/umbrella").CombinedOutput()
	require.NoError(t, err, string(out))

	ran := 0
	for _, p := range pages(t) {
		commands := p.blocks("sh")
		if len(commands) == 0 {
			continue
		}
		ran++
		t.Run(p.path, func(t *testing.T) {
			mock := umbrellatest.NewServer(t)
			script := before
			for i, command := range commands {
				script += fmt.Sprintf("\necho \"block %d:\"\n%s", i+1, command)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "sh", "-c", script)
			cmd.WaitDelay = 5 * time.Second // for what still holds the pipe
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), environment(mock)...)
			cmd.Env = append(cmd.Env, "ROOT="+absolute, "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "NO_COLOR=1")
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", strings.ReplaceAll(string(out), mock.APIKey, "[key]"))
		})
	}
	require.Positive(t, ran)
}
