package reply

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Damage is what a fault makes of an answer.
type Damage struct {
	Status       int    // in place of the answer's, with the documented body or a message
	Message      string // in place of both
	Break        bool   // {} in place of the answer
	Unsuccessful bool   // {"status": false} in place of the answer
	Malformed    bool   // the JSON lacks its end
	RetryAfter   string // a header
	MediaType    string // a header

	Reset     bool          // nothing is sent but a TCP reset; on HTTP/2, of the stream
	Truncate  bool          // the connection ends in the middle of the body
	DelayBody time.Duration // in the middle of the body
	Oversize  int64         // white space up to this many bytes follows the body
}

// Distort changes an answer, but for what happens to it on its way.
func (a *Answer) Distort(d Damage) {
	if d.Status != 0 {
		a.Clear()
		if documented, ok := a.Op.Documented(d.Status); ok && d.Message == "" {
			_ = documented.Write(a) // to memory
		} else {
			Message(a, d.Status, cmp.Or(d.Message, http.StatusText(d.Status)))
		}
	}
	if d.Break {
		a.Clear()
		JSON(a, http.StatusOK, struct{}{})
	}
	if d.Unsuccessful {
		a.Clear()
		JSON(a, http.StatusOK, map[string]bool{"status": false})
	}
	if d.Malformed {
		a.Body.Truncate(len(bytes.TrimRight(a.Body.Bytes(), "]}\n")))
	}
	if d.RetryAfter != "" {
		a.Header().Set("Retry-After", d.RetryAfter)
	}
	if d.MediaType != "" {
		a.Header().Set("Content-Type", d.MediaType)
	}
	if a.Code == http.StatusNoContent || a.Code == http.StatusNotModified {
		a.Body.Reset() // no such answer has one
	}
}

var padding = bytes.Repeat([]byte(" "), 4096)

// Send sends an answer, or as much of it as its damage lets through. To break it off
// it panics with http.ErrAbortHandler, which net/http servers expect of a handler.
func (a *Answer) Send(w http.ResponseWriter, r *http.Request, d Damage) {
	if d.Reset {
		reset(w)
		return
	}
	maps.Copy(w.Header(), a.Header())
	body := a.Body.Bytes()
	length := max(int64(len(body)), d.Oversize)
	if length == int64(len(body)) || d.Truncate {
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	w.WriteHeader(a.Code)
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
