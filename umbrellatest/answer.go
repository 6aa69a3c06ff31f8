package umbrellatest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/umbrella-api/umbrella-go/contract"
)

const violationsHeader = "Umbrella-Mock-Violations"

// answer is a response that is complete before its first byte leaves.
type answer struct {
	*httptest.ResponseRecorder
	target
	violations []contract.Violation
	fault      Fault
	aborted    bool            // the client left before there was an answer
	sessionID  string          // of the session that the request is about
	base       string          // of the URL that was asked
	left       chan struct{}   // closed when the answer has left
	early      <-chan struct{} // closed when the events are delivered that come before it
}

func newAnswer(to target) *answer {
	return &answer{ResponseRecorder: httptest.NewRecorder(), target: to, left: make(chan struct{})}
}

// clear makes the answer another one.
func (a *answer) clear() { a.ResponseRecorder, a.violations = httptest.NewRecorder(), nil }

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // to memory, or to a client that may leave
}

func writeMessage(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message})
}

// refuse answers as the document does, or with a message of package contract where it
// does not say.
func (a *answer) refuse(found *contract.Error) {
	found.Refuse(a)
	if documented, ok := a.op.Documented(a.Code); ok {
		a.Body.Reset()
		a.Body.WriteString(documented.Body)
	}
	a.explain(found.Violations)
}

// breach refuses a request for one reason.
func (a *answer) breach(path, rule, reason string) {
	a.refuse(&contract.Error{Direction: contract.Request, Violations: []contract.Violation{{Path: path, Rule: rule, Reason: reason}}})
}

// explain tells, beside the body, what was wrong.
func (a *answer) explain(violations []contract.Violation) {
	a.violations = violations
	reasons, _ := json.Marshal(a.violations) // three strings each: cannot fail
	a.Header().Set(violationsHeader, string(reasons))
}

// allow refuses the methods that a path is not for.
func (a *answer) allow(r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	a.Header().Set("Allow", strings.Join(methods, ", "))
	a.breach("$method", "method", "must be "+strings.Join(methods, " or "))
	return false
}

// distort changes the answer to what its fault asks for, all but what happens to it on
// its way.
func (a *answer) distort() {
	f := a.fault
	if f.Status != 0 {
		a.clear()
		if documented, ok := a.op.Documented(f.Status); ok && f.Message == "" {
			_ = documented.Write(a) // to memory
		} else {
			writeMessage(a, f.Status, cmp.Or(f.Message, http.StatusText(f.Status)))
		}
	}
	if f.Break {
		a.clear()
		writeJSON(a, http.StatusOK, struct{}{})
	}
	if f.Unsuccessful {
		a.clear()
		writeJSON(a, http.StatusOK, map[string]bool{"status": false})
	}
	if f.Malformed {
		a.Body.Truncate(len(bytes.TrimRight(a.Body.Bytes(), "}\n")))
	}
	if f.RetryAfter != "" {
		a.Header().Set("Retry-After", f.RetryAfter)
	}
	if f.MediaType != "" {
		a.Header().Set("Content-Type", f.MediaType)
	}
	if a.Code == http.StatusNoContent || a.Code == http.StatusNotModified {
		a.Body.Reset() // no such answer has one
	}
}
