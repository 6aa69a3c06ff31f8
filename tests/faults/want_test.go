package faults

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
)

// want is the outcome of a row.
type want struct {
	link     bool
	status   int
	is       string // names in targets, in its order
	maybe    string // MaybeProcessed: "", "yes", or "open": it depends on who is faster, as attempts does
	attempts int
	requests int32
	sessions int32
}

// targets are what errors.Is and errors.As are asked. Of the first group a row
// names all that fit, of the second what matters.
var targets = []struct {
	name string
	fits func(error) bool
	must bool // be named if it fits
}{
	{"ErrInvalidRequest", is(umbrella.ErrInvalidRequest), true},
	{"ErrUnauthorized", is(umbrella.ErrUnauthorized), true},
	{"ErrForbidden", is(umbrella.ErrForbidden), true},
	{"ErrNotFound", is(umbrella.ErrNotFound), true},
	{"ErrRateLimited", is(umbrella.ErrRateLimited), true},
	{"ErrServer", is(umbrella.ErrServer), true},
	{"ErrInvalidResponse", is(umbrella.ErrInvalidResponse), true},
	{"ErrUnsuccessful", is(umbrella.ErrUnsuccessful), true},
	{"ErrResponseTooLarge", is(umbrella.ErrResponseTooLarge), true},
	{"*ValidationError", as[*umbrella.ValidationError], true},
	{"authprovider.ErrCredentials", is(authprovider.ErrCredentials), true},
	{"authprovider.ErrThrottled", is(authprovider.ErrThrottled), true},
	{"authprovider.ErrTransient", is(authprovider.ErrTransient), true},
	{"authprovider.ErrMalformed", is(authprovider.ErrMalformed), true},
	{"context.Canceled", is(context.Canceled), true},
	{"context.DeadlineExceeded", is(context.DeadlineExceeded), true},
	{"ECONNREFUSED", is(syscall.ECONNREFUSED), false},
	{"ECONNRESET", is(syscall.ECONNRESET), false},
	{"io.ErrUnexpectedEOF", is(io.ErrUnexpectedEOF), false},
	{"*net.DNSError", as[*net.DNSError], false},
	{"*net.OpError", as[*net.OpError], false},
	{"x509.CertificateInvalidError", as[x509.CertificateInvalidError], false},
	{"x509.HostnameError", as[x509.HostnameError], false},
	{"x509.UnknownAuthorityError", as[x509.UnknownAuthorityError], false},
}

func is(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }

func as[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

func (w want) matches(t *testing.T, err error) {
	t.Helper()
	var fit []string
	for _, target := range targets {
		named := slices.Contains(strings.Fields(w.is), target.name)
		if fits := target.fits(err); fits && (target.must || named) {
			fit = append(fit, target.name)
		}
	}
	require.Equal(t, w.is, strings.Join(fit, " "), "%v", err)
	var e *umbrella.Error
	if !errors.As(err, &e) {
		return
	}
	require.Equal(t, w.status, e.StatusCode, "%v", err)
	if w.maybe != "open" {
		require.Equal(t, w.attempts, e.Attempts, "%v", err)
		require.Equal(t, w.maybe == "yes", e.MaybeProcessed, "%v", err)
	}
}

// markdown renders what the rows want, which is what they got.
func markdown(rows []row) string {
	var b strings.Builder
	b.WriteString(intro)
	type line struct{ names, outcome string }
	var lines []line
	at := map[string]int{}
	for _, r := range rows {
		outcome := r.want.String()
		if r.name == fmt.Sprint(r.want.status) {
			outcome = strings.Replace(outcome, "status "+r.name, "that status", 1)
		}
		key := r.group + "\x00" + outcome
		i, ok := at[key]
		if ok && r.group != "" {
			lines[i].names += "; " + r.name
			continue
		}
		at[key] = len(lines)
		name := r.name
		if r.group != "" {
			name = r.group + " " + r.name
		}
		lines = append(lines, line{name, outcome})
	}
	for _, l := range lines {
		fmt.Fprintf(&b, "| %s | %s |\n", l.names, l.outcome)
	}
	return b.String()
}

func (w want) String() string {
	got, maybe := "a link", ""
	if !w.link {
		got = "an error"
		if w.status != 0 {
			got = fmt.Sprintf("status %d", w.status)
		}
		for _, name := range strings.Fields(w.is) {
			got += ", `" + name + "`"
		}
		maybe = map[string]string{"": "no", "yes": "yes", "open": "yes or no"}[w.maybe]
	}
	return fmt.Sprintf("%s | %s | %d | %d", got, maybe, w.requests, w.sessions)
}

const intro = `# What happens when

Every line is a server on loopback that fails in one way, and one CreateSessionLink
call with up to three attempts. "May be processed" is Error.MaybeProcessed, "requests"
is how many complete ones the server got, "sessions" how many it opened. The names are
what errors.Is and errors.As find. The test in this folder keeps the table true:
go test ./tests/faults -run Matrix -v

| Fault | The caller gets | May be processed | Requests | Sessions |
| --- | --- | --- | --- | --- |
`
