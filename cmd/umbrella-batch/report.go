package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/renameio/v2/maybe"
)

// report is what a ledger says at the end.
type report struct {
	counts  map[string]int
	unknown []string // keys
}

func (r *report) add(key, outcome string) {
	r.counts[outcome]++
	if outcome == unknown {
		r.unknown = append(r.unknown, key)
	}
}

// finish reads what became of the rows and writes the results to the file out, whole
// or not at all, unless it is "".
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
		outcome := e.outcome()
		if j.rejected[r.key] { // what the ledger has is another request's
			e, outcome = entry{}, failed
		}
		result.add(r.key, outcome)
		line := []string{r.key, outcome, e.requestID, "", ""}
		if outcome == open {
			line[3], line[4] = e.url, e.expires.Format(time.RFC3339Nano)
		}
		_ = table.Write(line)
	}
	table.Flush()
	if out != "" {
		if err := maybe.WriteFile(out, results.Bytes(), 0o600); err != nil {
			return result, fmt.Errorf("--out: %w", err)
		}
	}
	return result, nil
}

// print says how many rows became what, which are unknown, and what to do about them.
// The error is nil if there is nothing to do.
func (r *report) print(out io.Writer, ledger string) error {
	_, _ = fmt.Fprintln(out, tally(r.counts))
	switch {
	case len(r.unknown) > 0:
		if strings.Contains(ledger, "://") {
			ledger = "postgres://…" // may have a password
		}
		_, _ = fmt.Fprintf(out, `Unknown whether a session was opened: %s
Find out: did the customer come back, does a webhook or the vendor's support know
of a session? Then say so for each KEY, and run the same command again:
  umbrella-batch resolve KEY --ledger %s --opened REQUEST_ID
  umbrella-batch resolve KEY --ledger %[2]s --not-opened
`, strings.Join(shown(r.unknown), " "), ledger)
		return exit{exitUnknown, fmt.Errorf("%d keys are unknown", len(r.unknown))}
	case r.counts[failed] > 0:
		return errors.New("some rows failed, and no session was opened for them")
	}
	return nil
}

// shown keeps keys from steering the terminal.
func shown(keys []string) []string {
	safe := make([]string, len(keys))
	for i, key := range keys {
		safe[i] = key
		if strings.ContainsFunc(key, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }) {
			safe[i] = strconv.Quote(key)
		}
	}
	return safe
}
