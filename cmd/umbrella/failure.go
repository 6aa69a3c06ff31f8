package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
)

// Exit codes.
const (
	exitOK          = iota
	exitFailed      // to repeat it is safe
	exitUsage       // nothing was sent
	exitSession     // a session may exist
	exitNotSigned   // or not yet
	exitCredentials // missing, expired or refused
)

// misuse is everything that is wrong with the command line, the request and the
// configuration. Nothing was sent.
type misuse struct {
	code  int // exitCredentials if nothing but credentials is wrong
	lines []string
}

func (m *misuse) add(format string, args ...any) {
	m.code = exitUsage
	m.lines = append(m.lines, fmt.Sprintf(format, args...))
}

func (m *misuse) unless(right bool, text string) {
	if !right {
		m.add("%s", text)
	}
}

func (m *misuse) credentials(format string, args ...any) {
	m.code = cmp.Or(m.code, exitCredentials)
	m.lines = append(m.lines, fmt.Sprintf(format, args...))
}

// err is nil when nothing is wrong.
func (m *misuse) err() error {
	if len(m.lines) == 0 {
		return nil
	}
	return m
}

func (m *misuse) Error() string { return strings.Join(m.lines, "; ") }

// failure is what programs get to know of an error.
type failure struct {
	Code           int     `json:"code"`                 // the exit code
	Status         int     `json:"status,omitempty"`     // of the HTTP answer
	RetryAfter     float64 `json:"retryAfter,omitempty"` // seconds
	MaybeProcessed bool    `json:"maybeProcessed"`
	RequestID      string  `json:"requestId,omitempty"` // of the session
	Message        string  `json:"message"`

	lines []string
}

// explain says in the command's own words what went wrong, and what to do.
func (inv *invocation) explain(ctx context.Context, err error) failure {
	f := failure{Code: exitFailed, Status: inv.answered, RequestID: inv.requestID}
	var wrong *misuse
	var invalid *umbrella.ValidationError
	var call *umbrella.Error
	var token *authprovider.Error
	if errors.As(err, &call) {
		f.Status, f.RetryAfter, f.MaybeProcessed = call.StatusCode, call.RetryAfter.Seconds(), call.MaybeProcessed
	}
	if errors.As(err, &token) {
		f.Status, f.RetryAfter = token.StatusCode, max(f.RetryAfter, token.RetryAfter.Seconds())
	}
	f.MaybeProcessed = f.MaybeProcessed || inv.done
	switch {
	case errors.As(err, &wrong):
		f.Code, f.lines = wrong.code, wrong.lines
	case errors.As(err, &invalid):
		f.Code = exitUsage
	case errors.Is(err, umbrella.ErrNotSigned):
		f.Code = exitNotSigned
	case f.MaybeProcessed:
		f.Code = exitSession
	case errors.Is(err, authprovider.ErrCredentials), errors.Is(err, umbrella.ErrUnauthorized), errors.Is(err, umbrella.ErrForbidden):
		f.Code = exitCredentials
	}
	if f.lines == nil {
		f.lines = []string{sentence(ctx, err, token != nil || call != nil && call.Unwrap() != nil, f.Status)}
		switch {
		case inv.done && inv.requestID != "":
			f.lines[0] += "; the session is there: umbrella status " + plain(inv.requestID)
		case inv.done:
			f.lines[0] += "; it may have been processed all the same: check before you call again"
		}
	}
	f.Message = strings.Join(f.lines, "; ")
	return f
}

// inWordsOfTheCommand replaces what an error says to people who write Go.
var inWordsOfTheCommand = strings.NewReplacer(
	"the limit of WithMaxResponseBytes", "1 MiB",
	"the limit of WithMaxDocumentBytes", "64 MiB",
	"choose one in GetVerification's answer and call Download", "umbrella call getVerification shows where they are",
	"ask GetVerification for a fresh one", "download it again",
	"not an absolute URL such as", "want production, sandbox or a URL that begins with http:// or https://, such as", ", or WithInsecureHTTP in a test network", "",
	"invalid request: ", "", "umbrella: ", "", "authprovider: ", "", "contract: ", "", "\n", "; ",
	"$path.sessionId", "REQUEST_ID",
	"$.webhookUrl", "--configure",
)

func sentence(ctx context.Context, err error, network bool, status int) string {
	text := inWordsOfTheCommand.Replace(err.Error())
	switch {
	case ctx.Err() != nil:
		return "interrupted: " + text
	case errors.Is(err, context.DeadlineExceeded):
		return text + "; --timeout sets the limit"
	case network && status == 0 && !errors.Is(err, authprovider.ErrCredentials):
		return text + "; check the network, and the server in --server or UMBRELLA_SERVER"
	}
	return text
}

// report writes f for people, a line for each thing, or for programs, and returns
// the exit code.
func report(out io.Writer, cmd *cobra.Command, asJSON bool, f failure) int {
	if asJSON {
		_ = writeJSON(out, f)
		return f.Code
	}
	for _, line := range f.lines {
		_, _ = fmt.Fprintf(out, "%s: %s\n", cmd.CommandPath(), line)
	}
	if f.Code == exitUsage {
		_, _ = fmt.Fprintf(out, "%s --help says how it is used\n", cmd.CommandPath())
	}
	return f.Code
}

// writeJSON writes v as one line.
func writeJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
