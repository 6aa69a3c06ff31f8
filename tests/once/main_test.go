// Package once_test holds package once to its promise, one session for each key,
// on SQLite and PostgreSQL, while processes are killed and stopped, clocks are
// wrong, the database restarts and the disk is full.
package once_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var (
	kills     = flag.Int("kills", 20, "how often a process is killed, on each database")
	rows      = flag.Int("rows", 2_000, "keys in a large ledger")
	batchRows = flag.Int("batch", 300, "rows of a job of umbrella-batch")
	racedKeys = flag.Int("keys", 20, "keys that racers race for")
	only      = flag.String("db", "sqlite,postgres", "the databases")
	update    = flag.Bool("update", false, "write RESULTS.md")
)

var (
	postgres *server // nil without
	worker   string  // the built command
	command  string  // umbrella-batch
)

func TestMain(m *testing.M) {
	flag.Parse()
	log.SetFlags(0)
	dir, err := os.MkdirTemp("", "once")
	if err != nil {
		log.Fatal(err)
	}
	code := run(m, dir)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func run(m *testing.M, dir string) int {
	var err error
	if worker, err = buildWorker(dir); err != nil {
		log.Print(err)
		return 1
	}
	command = filepath.Join(dir, "umbrella-batch")
	if out, err := exec.Command("go", "build", "-C", "../../cmd/umbrella-batch", "-o", command, ".").CombinedOutput(); err != nil {
		log.Printf("%v: %s", err, out)
		return 1
	}
	if strings.Contains(*only, "postgres") {
		if postgres, err = startPostgres(filepath.Join(dir, "postgres")); err != nil {
			log.Print(err)
			return 1
		}
		defer postgres.stop()
	}
	code := m.Run()
	if code == 0 && *update {
		if err := os.WriteFile("RESULTS.md", []byte(results.markdown()), 0o644); err != nil {
			log.Print(err)
			return 1
		}
	}
	return code
}

// buildWorker builds the worker with a clock that ONCE_SKEW sets.
func buildWorker(dir string) (string, error) {
	clock, err := filepath.Abs("../../once/clock.go")
	if err != nil {
		return "", err
	}
	skewed, err := filepath.Abs("testdata/clock.go")
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{clock: skewed}})
	if err != nil {
		return "", err
	}
	file, binary := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "worker")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-overlay", file, "-o", binary, "./worker").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
}

// results are the lines of RESULTS.md.
var results report

type report struct {
	mu    sync.Mutex
	lines []string
}

// add notes what a test has found, for RESULTS.md and for the log.
func (r *report) add(t *testing.T, database, what, format string, args ...any) {
	found := fmt.Sprintf(format, args...)
	t.Logf("%s: %s", what, found)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("| %s | %s | %s |", what, database, found))
}

func (r *report) markdown() string {
	return "# What the tests of package once found\n\nWritten by `make test-once`.\n\n" +
		"| Test | Database | Found |\n| --- | --- | --- |\n" + strings.Join(r.lines, "\n") + "\n"
}
