// Package wire sends answers, whole or broken on purpose.
package wire

import (
	"bytes"
	"context"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// Damage is what happens to an answer on its way.
type Damage struct {
	Reset     bool          // nothing is sent but a TCP reset; on HTTP/2, of the stream
	Truncate  bool          // the connection ends in the middle of the body
	DelayBody time.Duration // in the middle of the body
	Oversize  int64         // white space up to this many bytes follows the body
}

var padding = bytes.Repeat([]byte(" "), 4096)

// Send writes an answer, or as much of it as its damage lets through. To break it off
// it panics with http.ErrAbortHandler, which net/http servers expect of a handler.
func Send(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder, d Damage) {
	if d.Reset {
		reset(w)
		return
	}
	maps.Copy(w.Header(), answer.Header())
	body := answer.Body.Bytes()
	length := max(int64(len(body)), d.Oversize)
	if length == int64(len(body)) || d.Truncate {
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	w.WriteHeader(answer.Code)
	if d.DelayBody > 0 || d.Truncate {
		half := len(body) / 2
		_, _ = w.Write(body[:half])
		_ = http.NewResponseController(w).Flush()
		if !Pause(r.Context(), d.DelayBody) {
			return
		}
		if d.Truncate {
			panic(http.ErrAbortHandler)
		}
		body = body[half:]
	}
	_, err := w.Write(body)
	// White space may follow JSON. A client that has had enough leaves.
	for left := length - int64(answer.Body.Len()); left > 0 && err == nil; left -= int64(len(padding)) {
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

// Pause waits for d and reports whether ctx has not ended before.
func Pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
