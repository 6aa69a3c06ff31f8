package umbrellatest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/umbrellatest/internal/server"
)

const violationsHeader = "Umbrella-Mock-Violations"

// answer is a response that is complete before its first byte leaves.
type answer struct {
	*httptest.ResponseRecorder
	violations []contract.Violation
	fault      Fault
	outside    bool      // the request is not below the base path
	aborted    bool      // the client left before there was an answer
	sessionID  string    // of the session that the request is about
	base       string    // of the URL that was asked
	notices    []*notice // for when the answer has left
}

// answerKey is that of the answer that an operation is to give, in its context.
type answerKey struct{}

func answerOf(ctx context.Context) *answer { return ctx.Value(answerKey{}).(*answer) }

// clear makes the answer another one.
func (a *answer) clear() { a.ResponseRecorder, a.violations = httptest.NewRecorder(), nil }

func newAnswer() *answer { return &answer{ResponseRecorder: httptest.NewRecorder()} }

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // to memory, or to a client that may leave
}

func writeMessage(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message})
}

// explain tells, beside the body, what was wrong.
func (a *answer) explain(violations []contract.Violation) {
	a.violations = violations
	reasons, _ := json.Marshal(a.violations) // three strings each: cannot fail
	a.Header().Set(violationsHeader, string(reasons))
}

// distort changes the answer of op to what f asks for, all but what send does.
func (a *answer) distort(f Fault, op server.OperationInfo) {
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

// send writes the answer, or as much of it as f lets through.
func (a *answer) send(w http.ResponseWriter, r *http.Request, f Fault) {
	if f.Reset {
		reset(w)
		return
	}
	maps.Copy(w.Header(), a.Header())
	body := a.Body.Bytes()
	padding := max(0, f.Oversize-int64(len(body)))
	if padding == 0 || f.Truncate {
		w.Header().Set("Content-Length", strconv.FormatInt(int64(len(body))+padding, 10))
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
	_, _ = w.Write(body)
	_, _ = io.CopyN(w, spaces{}, padding) // a client that has enough may leave
	if len(a.notices) > 0 {
		_ = http.NewResponseController(w).Flush()
	}
}

// spaces is white space without end, which JSON allows after a value.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
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
