package umbrellatest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const violationsHeader = "Umbrella-Mock-Violations"

// answer is a response that is complete before its first byte leaves.
type answer struct {
	*httptest.ResponseRecorder
	violations []contract.Violation
	fault      Fault
	aborted    bool            // the client left before there was an answer
	sessionID  string          // of the session that the request is about
	base       string          // of the URL that was asked
	left       chan struct{}   // closed when the answer has left
	early      <-chan struct{} // closed when the events are delivered that come before it
}

func newAnswer() *answer {
	return &answer{ResponseRecorder: httptest.NewRecorder(), left: make(chan struct{})}
}

// clear makes the answer another one.
func (a *answer) clear() { a.ResponseRecorder, a.violations = httptest.NewRecorder(), nil }

var padding = bytes.Repeat([]byte(" "), 4096)

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // to memory, or to a client that may leave
}

func writeMessage(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message})
}

// refuse answers as the document does to op, or with a message of package contract
// where it does not say.
func (a *answer) refuse(found *contract.Error, op server.OperationInfo) {
	found.Refuse(a)
	if documented, ok := op.Documented(a.Code); ok {
		a.Body.Reset()
		a.Body.WriteString(documented.Body)
	}
	a.explain(found.Violations)
}

func breach(path, rule, reason string) *contract.Error {
	return &contract.Error{Direction: contract.Request, Violations: []contract.Violation{{Path: path, Rule: rule, Reason: reason}}}
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
	a.refuse(breach("$method", "method", "must be "+strings.Join(methods, " or ")), server.OperationInfo{})
	return false
}

// distort changes the answer of op to what its fault asks for, all but what send does.
func (a *answer) distort(op server.OperationInfo) {
	f := a.fault
	if f.Status != 0 {
		a.clear()
		if documented, ok := op.Documented(f.Status); ok && f.Message == "" {
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

// send writes the answer, or as much of it as its fault lets through.
func (a *answer) send(w http.ResponseWriter, r *http.Request) {
	f := a.fault
	if f.Reset {
		reset(w)
		return
	}
	maps.Copy(w.Header(), a.Header())
	body := a.Body.Bytes()
	length := max(int64(len(body)), f.Oversize)
	if length == int64(len(body)) || f.Truncate {
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	w.WriteHeader(a.Code)
	if f.DelayBody > 0 || f.Truncate {
		half := len(body) / 2
		_, _ = w.Write(body[:half])
		_ = http.NewResponseController(w).Flush()
		if !pause(r.Context(), f.DelayBody) {
			return
		}
		if f.Truncate {
			panic(http.ErrAbortHandler)
		}
		body = body[half:]
	}
	_, err := w.Write(body)
	// White space may follow JSON. A client that has had enough leaves.
	for left := length - int64(a.Body.Len()); left > 0 && err == nil; left -= int64(len(padding)) {
		_, err = w.Write(padding[:min(left, int64(len(padding)))])
	}
	_ = http.NewResponseController(w).Flush() // before the events that follow it
}

// reset breaks the connection off: with a TCP reset, or on HTTP/2 the stream.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
