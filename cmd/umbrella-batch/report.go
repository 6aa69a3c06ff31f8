package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// report is what a ledger says at the end.
type report struct {
	counts            map[string]int
	unknown, conflict []string // keys
}

func (r *report) add(key, outcome string) {
	r.counts[outcome]++
	switch outcome {
	case unknown:
		r.unknown = append(r.unknown, key)
	case conflict:
		r.conflict = append(r.conflict, key)
	}
}

// finish reads what became of the rows and writes the results to the file out, whole
// or not at all, unless it is "". At the end it blanks the URLs of expired links.
func (j *job) finish(ctx context.Context, rows []row, out string) (*report, error) {
	entries := make(map[string]entry, len(rows))
	for _, r := range rows {
		entries[r.key] = entry{}
	}
	err := j.store.each(ctx, func(key string, e entry) {
		if _, ours := entries[key]; ours {
			entries[key] = e
		}
	}, "")
	if err != nil {
		return nil, err
	}
	result := &report{counts: map[string]int{}}
	var results bytes.Buffer
	table := csv.NewWriter(&results)
	_ = table.Write([]string{"key", "outcome", "requestId", "url", "expiresAfter"})
	for _, r := range rows {
		e := entries[r.key]
		outcome := j.outcome(r, e)
		result.add(r.key, outcome)
		line := []string{r.key, outcome, "", "", ""}
		if e.state == "open" { // else it has the request id of a session before
			line[2] = e.requestID
		}
		if outcome == open {
			line[3], line[4] = e.url, e.expires.Format(time.RFC3339Nano)
		}
		_ = table.Write(line)
	}
	table.Flush()
	var unwritten error
	if out != "" {
		if err := replace(out, results.Bytes()); err != nil {
			unwritten = fmt.Errorf("--out: cannot write %s: %w", out, withoutName(err))
		}
	}
	_, err = j.store.Prune(ctx)
	return result, errors.Join(unwritten, err)
}

// replace makes or replaces a file, whole or not at all, which nobody else may read,
// whoever could read the one before.
func replace(name string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".umbrella-batch-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // it is not there any more if all went well
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}

// print says how many rows became what, which need a person, and what to do about them.
// The error is nil if there is nothing to do.
func (r *report) print(out io.Writer, ledger string) error {
	_, _ = fmt.Fprintln(out, tally(r.counts))
	code := exitFailed
	var todo []error
	if len(r.unknown) > 0 {
		if isPostgres(ledger) {
			ledger = "postgres://…" // may have a password
		}
		_, _ = fmt.Fprintf(out, `Unknown whether a session was opened: %s
Find out: did the customer come back, does a webhook or the vendor's support know
of a session? Then say so for each KEY, and run the same command again:
  umbrella-batch resolve --ledger %s --opened REQUEST_ID -- KEY
  umbrella-batch resolve --ledger %[2]s --not-opened -- KEY
`, typed(r.unknown...), typed(ledger))
		code = exitUnknown
		todo = append(todo, errors.New(quantity(len(r.unknown), "key is unknown", "keys are unknown")))
	}
	if len(r.conflict) > 0 {
		_, _ = fmt.Fprintf(out, `In conflict, as the ledger has another request of the key: %s
Nothing was sent for them now. If the rows are as they were, the secret (%s
or the file beside the ledger) is not the ledger's. Else put the old values back, or give
the row a key of its own, which opens another session.
`, typed(r.conflict...), secretVariable)
		code = exitUnknown
		todo = append(todo, errors.New(quantity(len(r.conflict), "row is", "rows are")+" in conflict with the ledger"))
	}
	if n := r.counts[failed]; n > 0 {
		todo = append(todo, errors.New(quantity(n, "row has failed, and no session was opened for it", "rows have failed, and no session was opened for them")))
	}
	if len(todo) == 0 {
		return nil
	}
	return exit{code, errors.Join(todo...)}
}

// needsNoQuotes is what no shell takes for anything else.
var needsNoQuotes = regexp.MustCompile(`^[\pL\pN_.,:/@%+-]+$`)

// typed is how a person types words in a shell. Those that would steer the terminal
// cannot be typed, and are only shown.
func typed(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		switch {
		case needsNoQuotes.MatchString(word):
			quoted[i] = word
		case strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }):
			quoted[i] = strconv.Quote(word)
		default:
			quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
